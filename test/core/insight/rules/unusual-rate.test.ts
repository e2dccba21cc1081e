import { expect, test } from 'vitest';
import { unusualRate } from '../../../../src/core/insight/rules/unusual-rate.ts';
import { Shared } from '../../../../src/core/insight/shared.ts';
import { ThresholdSettings } from '../../../../src/core/insight/thresholds.ts';
import type { IfaceRow } from '../../../../src/core/record/tables/iface.ts';
import type { Packet } from '../../../../src/core/wire/packet.ts';
import { fakePlatform, interfaceOf, readingOf, socketOf } from '../../../support/fake-platform.ts';
import { udpFrame } from '../../../support/frames.ts';
import { recordsOf, runInProcess } from '../../../support/in-process.ts';
import { findingsOf } from '../../../support/insights.ts';
import type { StatisticFrame } from '../../../support/run-statistic.ts';

/** Frames that count as many bytes on the wire as told, `perSecond` of them in each second. */
const traffic = (from: number, seconds: number, perSecond: number, length: number, srcPort: number): StatisticFrame[] =>
  Array.from({ length: seconds * perSecond }, (_, index) => ({
    bytes: udpFrame({ srcPort, dstPort: 9999 }, [1, 2, 3, 4]),
    length,
    milliseconds: 1000 * (from + Math.floor(index / perSecond)) + ((index % perSecond) * 1000) / perSecond,
  }));
const END = traffic(60, 1, 1, 100, 1000);

/** A quiet half minute, then seconds of a megabyte. */
const surge = (seconds: number, { quiet = 30, bytes = 100_000 } = {}) => [
  ...traffic(0, quiet, 1, 1000, 1000),
  ...traffic(quiet, seconds, 10, bytes, 2000),
  ...END,
];

test('seconds of a megabyte after a quiet half minute', async () => {
  expect(await findingsOf('unusual_rate', surge(3))).toEqual([
    {
      time: '2025-01-01T00:01:00.000000Z',
      rule: 'unusual_rate',
      severity: 'note',
      confidence: 'high',
      summary: 'For 3s there were 8 Mbit/s and 10 packets/s, where 0.008 Mbit/s and 1 were usual',
      evidence: [
        'time_bucket time=2025-01-01T00:00:30.000000Z bytes=3000000 packets=30',
        'conversation proto=udp stream=1 a_addr=10.0.0.1 b_addr=10.0.0.2 bytes=3000000',
      ],
      since: '2025-01-01T00:00:30.000000Z',
      advice: 'See who talks in these seconds (stats --by conversations), and whether that was meant to happen.',
      subject: '10.0.0.1:2000',
      source: 'rules',
    },
  ]);
});

test('two seconds are too few', async () => {
  expect(await findingsOf('unusual_rate', surge(2))).toEqual([]);
  expect(await findingsOf('unusual_rate', surge(2), ['unusual_rate.seconds=2'])).toHaveLength(1);
});

test('less than a megabyte is none, and neither is what comes before there is a baseline', async () => {
  expect(await findingsOf('unusual_rate', surge(3, { bytes: 99_999 }))).toEqual([]);
  expect(await findingsOf('unusual_rate', surge(3, { quiet: 29 }))).toEqual([]);
});

test('less than ten times the baseline is usual', async () => {
  const busy = (bytes: number) => [...traffic(0, 30, 10, 10_000, 1000), ...traffic(30, 3, 10, bytes, 2000), ...END];
  expect(await findingsOf('unusual_rate', busy(100_000))).toHaveLength(1);
  expect(await findingsOf('unusual_rate', busy(99_999), ['unusual_rate.kbytes_per_s=900'])).toEqual([]);
});

test('many small packets are a flood', async () => {
  const flood = (perSecond: number) => [...traffic(0, 30, 1, 60, 1000), ...traffic(30, 3, perSecond, 60, 2000), ...END];
  const few = ['unusual_rate.packets_per_s=500'];
  expect(await findingsOf('unusual_rate', flood(500), few)).toMatchObject([
    {
      severity: 'warn',
      summary: 'For 3s there were 0.24 Mbit/s and 500 packets/s, where 0 Mbit/s and 1 were usual',
    },
  ]);
  expect(await findingsOf('unusual_rate', flood(499), few)).toEqual([]);
});

test('a capture that is silent for years counts them as quiet seconds', async () => {
  const years = [
    ...traffic(0, 1, 1, 60, 1000),
    ...traffic(100_000_000, 3, 10, 100_000, 2000),
    ...traffic(100_000_009, 1, 1, 60, 1000),
  ];
  expect(await findingsOf('unusual_rate', years)).toMatchObject([
    { summary: 'For 3s there were 8 Mbit/s and 10 packets/s, where 0 Mbit/s and 0 were usual' },
  ]);
});

/** The rule in a live run, told of one packet for each second, of so many bytes. */
function watched() {
  const open = unusualRate.open(ThresholdSettings.usual.of(unusualRate), new Shared(600));
  const send = (from: number, to: number, length: number): void => {
    for (let seconds = from; seconds < to; seconds++) open.packet!({ seconds, length } as Packet, seconds);
  };
  const summaries = (at: number) => [...open.findings(at)].map(({ summary }) => summary);
  return { open, send, summaries };
}

test.each([
  [191_999, 0],
  [192_001, 1],
])('where one second of ten had 300 kB, seconds of %i bytes: %i', (bytes, count) => {
  // then the mean is 30 kB, and the mean distance from it 27 kB
  const values = { ...ThresholdSettings.usual.of(unusualRate), times: 2, kbytes_per_s: 1, baseline_s: 10 };
  const open = unusualRate.open(values, new Shared());
  const lengths = [...Array.from({ length: 9 }, () => 0), 300_000, bytes, bytes, bytes, 0];
  for (const [seconds, length] of lengths.entries()) open.packet!({ seconds, length } as Packet, seconds);
  expect([...open.findings(20)]).toHaveLength(count);
});

test('in a live run a surge leaves ten minutes after its end, and a later one that is smaller is told', () => {
  const { send, summaries } = watched();
  send(0, 60, 1000);
  send(60, 64, 2_000_000);
  send(64, 700, 1000);
  expect(summaries(664)).toEqual(['For 4s there were 16 Mbit/s and 1 packets/s, where 0.008 Mbit/s and 1 were usual']);
  expect(summaries(665)).toEqual([]);
  send(700, 704, 1_000_000);
  send(704, 706, 1000);
  expect(summaries(706)).toEqual(['For 4s there were 8 Mbit/s and 1 packets/s, where 0.008 Mbit/s and 1 were usual']);
});

test('a rate that lasts ten minutes is the usual one then', () => {
  const { send, summaries } = watched();
  send(0, 60, 1000);
  send(60, 5000, 1_000_000);
  expect(summaries(660)).toEqual([
    'For 10m00s and longer there were 8 Mbit/s and 1 packets/s, where 0.008 Mbit/s and 1 were usual',
  ]);
  expect(summaries(5000)).toEqual([]);
});

test.each([3600, -3600])('a clock that is set by %i seconds makes no surge, and the baseline begin anew', (by) => {
  const { open, send, summaries } = watched();
  const look = (at: number) => open.iface!([], at);
  send(0, 4000, 1_000_000);
  look(4000);
  send(4000 + by, 4005 + by, 1_000_000);
  open.clockJumped!(by);
  look(4005 + by);
  send(4005 + by, 4040 + by, 1_000_000);
  expect(summaries(4040 + by)).toEqual([]);
  send(4040 + by, 4044 + by, 10_000_001);
  send(4044 + by, 4045 + by, 1);
  expect(summaries(4045 + by)).toEqual([
    'For 4s there were 80 Mbit/s and 1 packets/s, where 8 Mbit/s and 1 were usual',
  ]);
});

/** What is found of an interface that receives so many bytes a second, look after look. */
async function ofInterface(rates: readonly number[], changes: Partial<IfaceRow> = {}, wallJump = (_: number) => 0) {
  let received = 0;
  const looks = [0, ...rates].map((rate) => {
    received += rate;
    return [interfaceOf({ rx_bytes: received, rx_packets: received / 1000, ...changes } as never)];
  });
  const platform = fakePlatform([readingOf([socketOf()])], looks);
  const words = [
    'insights',
    '--interval',
    '1',
    '-c',
    String(rates.length),
    '--ai',
    'never',
    '--no-packets',
    '-o',
    'ndjson',
  ];
  const few = ['--threshold', 'unusual_rate.baseline_s=10'];
  const { out } = await runInProcess([...words, ...few], { platform, wallJump });
  const rows = recordsOf<{ rule?: string; time: string; summary: string }>(out).filter(
    ({ rule }) => rule === 'unusual_rate',
  );
  return rows;
}
const QUIET = Array.from({ length: 10 }, () => 10_000);
const LOUD = [2_000_000, 2_000_000, 2_000_000];

test('live, without packets: an interface that receives far more than before', async () => {
  expect(await ofInterface([...QUIET, ...LOUD])).toMatchObject([
    {
      rule: 'unusual_rate',
      severity: 'note',
      subject: 'eth0 received',
      summary: 'For 3s eth0 received 16 Mbit/s and 2000 packets/s, where 0.08 Mbit/s and 10 were usual',
      evidence: ['iface name=eth0 rx_rate=2000000 rx_packet_rate=2000'],
      since: '2026-01-02T03:04:15.678Z',
    },
  ]);
});

test.each<[string, readonly number[], Partial<IfaceRow>]>([
  ['a burst of two seconds', [...QUIET, ...LOUD.slice(1), ...QUIET], {}],
  ['nine looks before', [...QUIET.slice(1), ...LOUD], {}],
  ['less than a megabyte', [...QUIET, 999_999, 999_999, 999_999], {}],
  ['an interface inside of the machine', [...QUIET, ...LOUD], { kind: 'bridge', default_route: null }],
])('live, without packets: %s is none', async (_, rates, changes) => {
  expect(await ofInterface(rates, changes)).toEqual([]);
});

test.each([7_200_000, -7_200_000])(
  'live, without packets: a clock that is set by %i ms changes nothing',
  async (by) => {
    const jump = (elapsed: number) => (elapsed >= 5500 ? by : 0);
    expect(await ofInterface([...QUIET, ...QUIET], {}, jump)).toEqual([]);
    expect(await ofInterface([...QUIET, ...LOUD], {}, jump)).toHaveLength(1);
  },
);
