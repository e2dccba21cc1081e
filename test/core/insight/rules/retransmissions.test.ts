import { expect, test } from 'vitest';
import { retransmissions } from '../../../../src/core/insight/rules/retransmissions.ts';
import { Shared } from '../../../../src/core/insight/shared.ts';
import { MOST_TROUBLED, TcpTrouble } from '../../../../src/core/insight/tcp-trouble.ts';
import { RETRANSMISSION } from '../../../../src/core/wire/tcp-analysis.ts';
import { findingsOf } from '../../../support/insights.ts';
import { countsLater } from '../../../support/live-findings.ts';
import { tcpScript } from '../../../support/tcp-script.ts';
import { OPENING, resending, transfer } from '../../../support/tcp-transfer.ts';
import { packetOfNewFlow } from '../../../support/troubled-flow.ts';

test('segments that nobody acknowledges are sent again: the path', async () => {
  expect(await findingsOf('retransmissions', resending(200, 10))).toEqual([
    {
      time: '2025-01-01T00:00:05.550500Z',
      rule: 'retransmissions',
      severity: 'warn',
      confidence: 'medium',
      summary:
        '10.0.0.1 sent 10 segments to 10.0.0.2 again, 4.8 % of the payload of these connections: the path loses packets (no duplicate ACKs)',
      evidence: [
        'conversation proto=tcp stream=0 a_port=40000 b_port=9999 resent=10',
        'expert sender=10.0.0.1 receiver=10.0.0.2 segments=212 resent=10 fast=0 spurious=0 duplicate_acks=0 zero_windows=0 windows_filled=0',
      ],
      since: '2025-01-01T00:00:00.510000Z',
      advice: 'Look for errors, drops and full queues on the links between the two hosts.',
      subject: '10.0.0.1',
      source: 'rules',
    },
  ]);
});

test('nine are too few', async () => {
  expect(await findingsOf('retransmissions', resending(200, 9))).toEqual([]);
  expect(await findingsOf('retransmissions', resending(200, 9), ['retransmissions.resent=9'])).toHaveLength(1);
});

test('so few of so many segments are none', async () => {
  // 12 of 400 segments are 3 %; 12 of 401 are less
  expect(await findingsOf('retransmissions', resending(388, 12))).toHaveLength(1);
  expect(await findingsOf('retransmissions', resending(389, 12))).toEqual([]);
});

test('a connection of less than a hundred segments says nothing', async () => {
  expect(await findingsOf('retransmissions', resending(88, 10))).toHaveLength(1);
  expect(await findingsOf('retransmissions', resending(87, 10))).toEqual([]);
});

test('segments sent again after they were acknowledged: the sender', async () => {
  expect(await findingsOf('retransmissions', resending(200, 10, 'acknowledged'))).toMatchObject([
    {
      confidence: 'medium',
      summary:
        '10.0.0.1 sent 10 segments to 10.0.0.2 again, 4.8 % of the payload of these connections: the sender does not wait for ACKs (10 were acknowledged already)',
      advice: expect.stringContaining('retransmission timer of the sender'),
    },
  ]);
});

test('segments sent again after duplicate ACKs: the path, for certain', async () => {
  const [found] = await findingsOf('retransmissions', resending(200, 10, 'fast'));
  expect(found).toMatchObject({
    confidence: 'high',
    summary:
      '10.0.0.1 sent 10 segments to 10.0.0.2 again, 4.8 % of the payload of these connections: the path loses packets (30 duplicate ACKs, 10 fast)',
  });
});

/** So many times, the first and the third of five segments are lost, and sent again while the sender goes on. */
function losingTwo(rounds: number, { isSeen = true } = {}) {
  const lines = [...OPENING, ...transfer(80)];
  for (let round = 0; round < rounds; round++) {
    const at = 900 + 30 * round;
    const seq = (index: number) => 8001 + 500 * round + 100 * index;
    const send = (when: number, index: number) => `${when} a PA seq=${seq(index)} ack=1 len=100`;
    const sent = [0, 1, 2, 3, 4].filter((index) => isSeen || index % 2 === 1 || index === 4);
    lines.push(...sent.map((index) => send(at + index, index)));
    lines.push(...[0, 1, 2].map((index) => `${at + 4.1 + index / 10} b A seq=1 ack=${seq(0)} win=9000`));
    lines.push(send(at + 5, 0), send(at + 5.5, 2), `${at + 10} b A seq=1 ack=${seq(5)} win=9000`);
  }
  return tcpScript(lines.join('\n'));
}

test('segments sent again while newer ones are sent are not out of order where the sender is captured', async () => {
  expect(await findingsOf('retransmissions', losingTwo(5))).toMatchObject([
    {
      confidence: 'high',
      summary:
        '10.0.0.1 sent 10 segments to 10.0.0.2 again, 8.7 % of the payload of these connections: the path loses packets (15 duplicate ACKs, 10 fast)',
    },
  ]);
  // behind the loss nobody can tell those that were sent again from those that took another way
  const behind = await findingsOf('retransmissions', losingTwo(5, { isSeen: false }), ['retransmissions.resent=1']);
  expect(behind.map(({ summary }) => summary)).toEqual([expect.stringContaining('sent 5 segments')]);
});

test('segments sent again into a closed window: the receiver', async () => {
  expect(await findingsOf('retransmissions', resending(200, 10, 'closed'))).toMatchObject([
    {
      confidence: 'high',
      summary:
        '10.0.0.1 sent 10 segments to 10.0.0.2 again, 4.8 % of the payload of these connections: the receiver is slow (10 zero windows, 0 filled)',
      advice: expect.stringContaining('receive buffer of the receiver'),
    },
  ]);
});

test('packets captured twice were not sent again', async () => {
  expect(await findingsOf('retransmissions', resending(200, 10, 'captured twice'))).toEqual([]);
});

test('a SYN sent again is not payload', async () => {
  const syns = tcpScript(Array.from({ length: 120 }, (_, index) => `${1000 * index} a S`).join('\n'));
  expect(await findingsOf('retransmissions', syns)).toEqual([]);
});

test('segments in order are none', async () => {
  expect(await findingsOf('retransmissions', tcpScript([...OPENING, ...transfer(300)].join('\n')))).toEqual([]);
});

test('no more connections are remembered than the limit', () => {
  const trouble = new TcpTrouble();
  for (let number = 1; number <= MOST_TROUBLED + 10; number++) {
    trouble.take(packetOfNewFlow(number, { tcpAnalysis: RETRANSMISSION, payloadLength: 100 }));
  }
  const entries = [...trouble.entries(0, new Shared())];
  expect(entries).toHaveLength(MOST_TROUBLED);
  expect(entries[0]![1].packet).toBe(11);
});

test('in a live run it leaves after ten minutes', () => {
  expect(countsLater(retransmissions, resending(200, 10), 0, 590, 601)).toEqual([1, 1, 0]);
});
