import { expect, test } from 'vitest';
import { MOST_STUCK, mtuBlackHole } from '../../../../src/core/insight/rules/mtu-black-hole.ts';
import { RETRANSMISSION } from '../../../../src/core/wire/tcp-analysis.ts';
import { tcpFrame } from '../../../support/frames.ts';
import { ipv4, ipv4Frame, tcp } from '../../../support/headers.ts';
import { findingsOf, opened } from '../../../support/insights.ts';
import { countsLater } from '../../../support/live-findings.ts';
import type { StatisticFrame } from '../../../support/run-statistic.ts';
import { attempt } from '../../../support/tcp-attempts.ts';
import { packetOfNewFlow } from '../../../support/troubled-flow.ts';

const PSH_ACK = 0x18;
const ACK = 0x10;
const SERVER = { from: [10, 0, 0, 2], to: [10, 0, 0, 1] };

interface Stuck {
  readonly index?: number;
  /** Payload of the large segment. */
  readonly length?: number;
  readonly resends?: number;
  /** Bytes that the client sends first, and which arrive. */
  readonly before?: number;
  readonly acknowledgedAtLast?: boolean;
  readonly df?: boolean;
}

/** A connection whose client sends a large segment again and again. */
function stuck(given: Stuck = {}): readonly StatisticFrame[] {
  const { index = 0, length = 1460, resends = 3, before = 50, acknowledgedAtLast = false, df = true } = given;
  const clientPort = 40_000 + index;
  const start = 20_000 * index;
  const client = (at: number, seq: number, count: number): StatisticFrame => {
    const bytes = tcpFrame(
      { srcPort: clientPort, dstPort: 80, flags: PSH_ACK, seq, ack: 5001 },
      new Array(count).fill(0x2e),
    );
    if (!df) bytes[20] = 0;
    return { bytes, milliseconds: start + at };
  };
  const server = (at: number, ack: number): StatisticFrame => ({
    bytes: tcpFrame({ ...SERVER, srcPort: 80, dstPort: clientPort, flags: ACK, seq: 5001, ack }),
    milliseconds: start + at,
  });
  const large = 1001 + before;
  return [
    ...attempt({ at: start, clientPort }),
    client(10, 1001, before),
    server(11, large),
    ...Array.from({ length: resends + 1 }, (_, turn) => client(20 + 300 * (2 ** turn - 1), large, length)),
    ...(acknowledgedAtLast ? [server(19_000, large + length)] : []),
  ];
}

/** A router says that the packet is too big. */
const tooBig = (milliseconds: number): StatisticFrame => ({
  bytes: ipv4Frame(1, [3, 4, 0, 0, 0, 0, 0x05, 0x78, ...ipv4(6, tcp({}))], { from: [10, 9, 9, 9], to: [10, 0, 0, 1] }),
  milliseconds,
});

test('a large segment that never arrives while small ones do', async () => {
  expect(await findingsOf('mtu_black_hole', stuck())).toEqual([
    {
      time: '2025-01-01T00:00:02.120000Z',
      rule: 'mtu_black_hole',
      severity: 'warn',
      confidence: 'low',
      summary:
        'Segments of 1460 bytes from 10.0.0.1 to 10.0.0.2 never arrive in 1 connection, sent again up to 3 times; smaller ones pass; no router said why',
      evidence: ['packet number=7 tcp.stream=0 length=1460 resends=3'],
      since: '2025-01-01T00:00:00.320000Z',
      advice:
        'Let ICMP "fragmentation needed" and "packet too big" pass, or clamp the MSS at the tunnel; ping -M do -s SIZE finds the size that passes.',
      subject: '10.0.0.1 to 10.0.0.2',
      source: 'rules',
    },
  ]);
});

test('sent again twice is too few', async () => {
  expect(await findingsOf('mtu_black_hole', stuck({ resends: 2 }))).toEqual([]);
  expect(await findingsOf('mtu_black_hole', stuck({ resends: 2 }), ['mtu_black_hole.resends=2'])).toHaveLength(1);
});

test('a segment that arrives at last, a small one, or one of a size that arrived before, is none', async () => {
  expect(await findingsOf('mtu_black_hole', stuck({ acknowledgedAtLast: true }))).toEqual([]);
  expect(await findingsOf('mtu_black_hole', stuck({ length: 1000 }))).toHaveLength(1);
  expect(await findingsOf('mtu_black_hole', stuck({ length: 999 }))).toEqual([]);
  expect(await findingsOf('mtu_black_hole', stuck({ before: 1460 }))).toEqual([]);
});

test('where routers may fragment it, size does not matter', async () => {
  expect(await findingsOf('mtu_black_hole', stuck({ df: false }))).toEqual([]);
});

test('three connections are an error, and the word of a router makes it sure', async () => {
  const connections = (count: number) => Array.from({ length: count }, (_, index) => stuck({ index })).flat();
  expect(await findingsOf('mtu_black_hole', connections(2))).toMatchObject([
    { severity: 'warn', confidence: 'medium' },
  ]);
  expect(await findingsOf('mtu_black_hole', connections(3))).toMatchObject([
    { severity: 'error', confidence: 'medium' },
  ]);
  expect(await findingsOf('mtu_black_hole', [...stuck(), tooBig(2200)])).toMatchObject([
    { confidence: 'high', summary: expect.stringMatching(/; ICMP said so in packet 10$/) },
  ]);
});

test('no more connections are remembered than the limit', () => {
  const rule = opened(mtuBlackHole);
  for (let number = 1; number <= MOST_STUCK + 10; number++) {
    const packet = packetOfNewFlow(number, {
      tcpAnalysis: RETRANSMISSION,
      payloadLength: 1460,
      tcpSeq: 1,
      ipVersion: 6,
    });
    Object.assign(packet.flow!, { bPackets: 1 });
    packet.flow!.tcp!.hasSyn = true;
    packet.flow!.tcp!.sender(0).hasBase = true;
    packet.flow!.tcp!.sender(1).lastAck = 1;
    for (let resend = 0; resend < 3; resend++) rule.packet!(packet, 0);
  }
  expect([...rule.findings(0)].map(({ summary }) => summary)).toEqual([
    expect.stringContaining(`in ${MOST_STUCK} connections`),
  ]);
});

test('in a live run it leaves after ten minutes', () => {
  expect(countsLater(mtuBlackHole, stuck(), 0, 590, 601)).toEqual([1, 1, 0]);
});
