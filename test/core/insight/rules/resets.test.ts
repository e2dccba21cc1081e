import { expect, test } from 'vitest';
import { MOST_RESET, resets } from '../../../../src/core/insight/rules/resets.ts';
import { tcpFrame } from '../../../support/frames.ts';
import { findingsOf, opened } from '../../../support/insights.ts';
import { countsLater } from '../../../support/live-findings.ts';
import type { StatisticFrame } from '../../../support/run-statistic.ts';
import { attempt, attempts } from '../../../support/tcp-attempts.ts';
import { packetOfNewFlow } from '../../../support/troubled-flow.ts';

const FIN_ACK = 0x11;
const RST_ACK = 0x14;
const PSH_ACK = 0x18;

/** How a connection goes on after its handshake. */
type Then = 'server resets' | 'client resets' | 'closes, then server resets' | 'server resets without data' | 'stays';

function connection(index: number, then: Then): readonly StatisticFrame[] {
  const at = 100 * index;
  const clientPort = 1024 + index;
  const asks = { srcPort: clientPort, dstPort: 80, seq: 1001, ack: 5001 };
  const answers = { from: [10, 0, 0, 2], to: [10, 0, 0, 1], srcPort: 80, dstPort: clientPort, seq: 5001, ack: 1011 };
  const request = { bytes: tcpFrame({ ...asks, flags: PSH_ACK }, new Array(10).fill(0x2e)), milliseconds: at + 10 };
  const reset = { bytes: tcpFrame({ ...answers, flags: RST_ACK }), milliseconds: at + 20 };
  const opening = attempt({ at, clientPort });
  switch (then) {
    case 'server resets':
      return [...opening, request, reset];
    case 'client resets':
      return [...opening, request, { bytes: tcpFrame({ ...asks, seq: 1011, flags: RST_ACK }), milliseconds: at + 20 }];
    case 'closes, then server resets':
      return [
        ...opening,
        request,
        { bytes: tcpFrame({ ...asks, seq: 1011, flags: FIN_ACK }), milliseconds: at + 15 },
        reset,
      ];
    case 'server resets without data':
      return [...opening, { ...reset, bytes: tcpFrame({ ...answers, ack: 1001, flags: RST_ACK }) }];
    case 'stays':
      return [...opening, request];
  }
}
const connections = (count: number, then: Then, others = 0) =>
  Array.from({ length: count + others }, (_, index) => connection(index, index < count ? then : 'stays')).flat();

test('a server that resets connections after data', async () => {
  expect(await findingsOf('resets', connections(5, 'server resets', 20))).toEqual([
    {
      time: '2025-01-01T00:00:02.410000Z',
      rule: 'resets',
      severity: 'warn',
      confidence: 'medium',
      summary: '10.0.0.2:80 reset 5 of 25 connections (20 %) after data had passed',
      evidence: [0, 1, 2, 3, 4].map((index) => `packet number=${5 * index + 5} tcp.stream=${index} flags=RST`),
      since: '2025-01-01T00:00:00.020000Z',
      advice:
        'Read the log of the server at the time of the reset; if it knows of none, something on the way sends them.',
      subject: '10.0.0.2:80',
      source: 'rules',
    },
  ]);
});

test('four are too few, and so is a share below the threshold', async () => {
  expect(await findingsOf('resets', connections(4, 'server resets'))).toEqual([]);
  expect(await findingsOf('resets', connections(4, 'server resets'), ['resets.reset=4'])).toHaveLength(1);
  expect(await findingsOf('resets', connections(5, 'server resets', 21))).toEqual([]);
});

test('a reset after FIN, or before data, is how one hangs up', async () => {
  expect(await findingsOf('resets', connections(10, 'closes, then server resets'))).toEqual([]);
  expect(await findingsOf('resets', connections(10, 'server resets without data'))).toEqual([]);
});

test('clients that reset are worth a note', async () => {
  expect(await findingsOf('resets', connections(5, 'client resets'))).toMatchObject([
    { severity: 'note', summary: 'Clients of 10.0.0.2:80 reset 5 of 5 connections (100 %) after data had passed' },
  ]);
});

test('a server that refuses connections', async () => {
  const refused = (count: number, complete: number) =>
    attempts(count + complete, (index) => ({
      at: 100 * index,
      clientPort: 1024 + index,
      ends: index < count ? 'refused' : 'complete',
    }));
  expect(await findingsOf('resets', refused(5, 5))).toMatchObject([
    {
      severity: 'warn',
      confidence: 'high',
      subject: '10.0.0.2:80',
      summary: '10.0.0.2:80 refused 5 of 10 connections',
      advice: expect.stringContaining('service runs and listens'),
    },
  ]);
  expect(await findingsOf('resets', refused(5, 6))).toEqual([]);
  expect(await findingsOf('resets', refused(4, 0))).toEqual([]);
  expect(await findingsOf('resets', refused(4, 0), ['resets.refused=4'])).toHaveLength(1);
});

test('no more connections are remembered than the limit', () => {
  const rule = opened(resets);
  for (let number = 1; number <= MOST_RESET + 10; number++) {
    const packet = packetOfNewFlow(number, { tcpFlags: 4, direction: 1 });
    Object.assign(packet.flow!, { aPayload: 1 });
    Object.assign(packet.flow!.tcp!, { hasSyn: true, client: 0 });
    rule.packet!(packet, 0);
  }
  const row = {
    time: '2025-01-01T00:00:00.000000Z',
    stream: 0,
    client_addr: '10.0.0.1',
    client_port: 1024,
    server_addr: '10.0.0.2',
    server_port: 80,
    syn_synack_ms: 1,
    synack_ack_ms: 1,
    total_ms: 2,
    outcome: 'complete',
  } as const;
  rule.handshake!([row], 0);
  expect([...rule.findings(0)].map(({ summary }) => summary)).toEqual([
    `10.0.0.2:80 reset ${MOST_RESET} of 1 connections (${100 * MOST_RESET} %) after data had passed`,
  ]);
});

test('in a live run it leaves after ten minutes', () => {
  expect(countsLater(resets, connections(5, 'server resets', 20), 0, 590, 601)).toEqual([1, 1, 0]);
});
