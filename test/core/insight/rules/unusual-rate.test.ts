import { expect, test } from 'vitest';
import { udpFrame } from '../../../support/frames.ts';
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
      summary: 'For 3 s there were 8 Mbit/s and 10 packets/s, where 0.008 Mbit/s and 1 were usual',
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
      summary: 'For 3 s there were 0.24 Mbit/s and 500 packets/s, where 0 Mbit/s and 1 were usual',
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
    { summary: 'For 3 s there were 8 Mbit/s and 10 packets/s, where 0 Mbit/s and 0 were usual' },
  ]);
});
