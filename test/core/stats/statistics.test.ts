import { expect, test } from 'vitest';
import type { StatisticName } from '../../../src/core/stats/names.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { runStatistic } from '../../support/run-statistic.ts';

const QUERY = udpFrame({ srcPort: 40_000, dstPort: 53 }, [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 120, 0, 0, 1, 0, 1]);
const ANSWER = udpFrame(
  { from: [10, 0, 0, 2], to: [10, 0, 0, 1], srcPort: 53, dstPort: 40_000 },
  [0, 7, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 1, 120, 0, 0, 1, 0, 1],
);
const SYN = tcpFrame({ srcPort: 50_000, dstPort: 9999, flags: 2, seq: 100 });

/** The records of one statistic over frames, 0.5 s apart. */
const run = (name: StatisticName, frames: readonly Uint8Array[]): readonly object[] =>
  runStatistic(
    name,
    frames.map((bytes, index) => ({ bytes, milliseconds: 500 * index })),
  );

test('a packet counts in every layer it holds, parents first, the busiest first', () => {
  const rows = run('protocols', [QUERY, ANSWER, SYN]) as { path: string; packets: number; bytes_pct: number }[];
  expect(rows.map(({ path, packets }) => [path, packets])).toEqual([
    ['eth', 3],
    ['eth/ip', 3],
    ['eth/ip/udp', 2],
    ['eth/ip/udp/dns', 2],
    ['eth/ip/tcp', 1],
  ]);
  const bytes = QUERY.length + ANSWER.length;
  expect(rows[2]!.bytes_pct).toBeCloseTo((100 * bytes) / (bytes + SYN.length), 2);
});

test('the summary has sums, times and streams', () => {
  expect(run('summary', [QUERY, ANSWER, SYN])).toEqual([
    expect.objectContaining({
      file: 'x.pcap',
      packets: 3,
      bytes: QUERY.length + ANSWER.length + SYN.length,
      first: '2025-01-01T00:00:00.000000Z',
      last: '2025-01-01T00:00:01.000000Z',
      duration_s: 1,
      tcp_streams: 1,
      udp_streams: 1,
      link_types: ['ETHERNET'],
      truncated_packets: 0,
      malformed_packets: 0,
    }),
  ]);
});

test('an empty capture has no times', () => {
  expect(run('summary', [])).toEqual([
    expect.objectContaining({ packets: 0, first: null, last: null, duration_s: null }),
  ]);
});

test('a conversation counts both ways, A being who sent first', () => {
  expect(run('conversations', [QUERY, ANSWER, ANSWER])).toEqual([
    expect.objectContaining({
      proto: 'udp',
      a_addr: '10.0.0.1',
      a_port: 40_000,
      b_addr: '10.0.0.2',
      b_port: 53,
      a_packets: 1,
      a_bytes: QUERY.length,
      b_packets: 2,
      b_bytes: 2 * ANSWER.length,
      duration_s: 1,
      stream: 0,
      app: 'dns',
    }),
  ]);
});

test('endpoints, ports, lengths and time', () => {
  expect(run('endpoints', [QUERY, ANSWER, SYN])).toContainEqual(
    expect.objectContaining({ addr: '10.0.0.2', tx_packets: 1, rx_packets: 2, packets: 3 }),
  );
  expect(run('ports', [QUERY, ANSWER, SYN])).toContainEqual(
    expect.objectContaining({ proto: 'udp', port: 53, app: 'dns', streams: 1, packets: 2 }),
  );
  expect(run('packet_lengths', [QUERY, ANSWER, SYN])).toContainEqual(
    expect.objectContaining({ range: '40-79', packets: 3, packets_pct: 100, min_bytes: SYN.length }),
  );
  expect(run('time', [QUERY, ANSWER, SYN])).toEqual([
    expect.objectContaining({ time: '2025-01-01T00:00:00.000000Z', packets: 2, udp_packets: 2, tcp_packets: 0 }),
    expect.objectContaining({ time: '2025-01-01T00:00:01.000000Z', rel_s: 1, packets: 1, tcp_packets: 1 }),
  ]);
});
