import { expect, test } from 'vitest';
import { findingsOf } from '../../../support/insights.ts';
import { attempts } from '../../../support/tcp-attempts.ts';
import { tcpScript } from '../../../support/tcp-script.ts';
import { OPENING, resending, transfer } from '../../../support/tcp-transfer.ts';

/**
 * A transfer of which the capture lacks so many segments, every second one; their ACKs are there. TCP analysis, as that of
 * Wireshark, tells of one ACK more: twice after the first gap.
 */
const missing = (count: number, segments = 100) => {
  const lines = transfer(segments);
  const lost = new Set(Array.from({ length: count }, (_, index) => 4 * index + 4));
  return tcpScript([...OPENING, ...lines.filter((_, index) => !lost.has(index))].join('\n'));
};

test('ACKs of segments that were not captured are no loss', async () => {
  expect(await findingsOf('capture_quality', missing(9))).toEqual([
    {
      time: '2025-01-01T00:00:01.001000Z',
      rule: 'capture_quality',
      severity: 'note',
      confidence: 'high',
      summary: '10 ACKs are of segments that were not captured: the capture lacks packets that arrived',
      evidence: ['conversation proto=tcp stream=0 not_captured=10'],
      since: '2025-01-01T00:00:00.031000Z',
      advice:
        'Capture with a larger --buffer or a filter, and at a place that both directions pass once; then look again.',
      subject: 'segments not captured',
      source: 'rules',
    },
  ]);
  expect(await findingsOf('retransmissions', missing(40))).toEqual([]);
});

test('nine are too few', async () => {
  expect(await findingsOf('capture_quality', missing(8))).toEqual([]);
  expect(await findingsOf('capture_quality', missing(8), ['capture_quality.not_captured=9'])).toHaveLength(1);
});

test('ten of a thousand packets and more are too few', async () => {
  // 3 of the opening and two for each segment, without the nine that are missing: 1000, and 1002
  expect(await findingsOf('capture_quality', missing(9, 503))).toHaveLength(1);
  expect(await findingsOf('capture_quality', missing(9, 504))).toEqual([]);
});

test('packets captured twice', async () => {
  expect(await findingsOf('capture_quality', resending(80, 10, 'captured twice'))).toMatchObject([
    {
      subject: 'packets captured twice',
      summary: '10 TCP packets were captured twice, 5.8 % of all',
      evidence: ['conversation proto=tcp stream=0 copies=10'],
    },
  ]);
  expect(await findingsOf('capture_quality', resending(80, 9, 'captured twice'))).toEqual([]);
  expect(await findingsOf('capture_quality', resending(80, 10, 'lost'))).toEqual([]);
});

test('connections of which one direction was captured', async () => {
  const oneWay = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      tcpScript(
        Array.from({ length: 10 }, (_, turn) => `${100 * index + turn} a PA seq=${1 + 100 * turn} ack=1 len=100`).join(
          '\n',
        ),
        1024 + index,
      ),
    ).flat();
  const others = (count: number) => attempts(count, (index) => ({ at: 10_000 + index, clientPort: 2024 + index }));
  expect(await findingsOf('capture_quality', [...oneWay(5), ...others(20)])).toMatchObject([
    {
      subject: 'one direction',
      summary: 'Of 5 of 25 TCP connections the capture has one direction only',
    },
  ]);
  expect(await findingsOf('capture_quality', [...oneWay(5), ...others(21)])).toEqual([]);
  expect(await findingsOf('capture_quality', oneWay(4))).toEqual([]);
});
