import { describe, expect, test } from 'vitest';
import { readRow } from '../../../src/core/record/saved-row.ts';
import { STATISTICS, type StatisticName } from '../../../src/core/stats/names.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { runStatistic } from '../../support/run-statistic.ts';
import { TcpConversation } from '../../support/tcp-conversation.ts';

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

describe('time', () => {
  const times = (milliseconds: readonly number[], bucketMs: number) =>
    runStatistic(
      'time',
      milliseconds.map((at) => ({ bytes: SYN, milliseconds: at })),
      bucketMs,
    ) as {
      time: string;
      rel_s: number;
      packets: number;
      packet_rate: number;
    }[];

  test('rows begin with the first packet, and none is left out', () => {
    expect(times([250, 1250, 4249], 1000).map(({ time, rel_s, packets }) => [time, rel_s, packets])).toEqual([
      ['2025-01-01T00:00:00.250000Z', 0, 1],
      ['2025-01-01T00:00:01.250000Z', 1, 1],
      ['2025-01-01T00:00:02.250000Z', 2, 0],
      ['2025-01-01T00:00:03.250000Z', 3, 1],
    ]);
  });

  test('a width below a second, and over a minute', () => {
    expect(times([900, 1100], 100).map(({ time, packet_rate }) => [time, packet_rate])).toEqual([
      ['2025-01-01T00:00:00.900000Z', 10],
      ['2025-01-01T00:00:01.000000Z', 0],
      ['2025-01-01T00:00:01.100000Z', 10],
    ]);
    expect(times([0, 119_999], 60_000).map(({ rel_s, packets }) => [rel_s, packets])).toEqual([
      [0, 1],
      [60, 1],
    ]);
  });

  const rowsOf = (milliseconds: readonly number[], bucketMs = 1000) =>
    times(milliseconds, bucketMs).map(({ time, rel_s, packets }) => [time, rel_s, packets]);

  test('a packet counts when it was captured, also where the clock goes back', () => {
    expect(rowsOf([5000, 1000, 5500, 3999])).toEqual([
      ['2025-01-01T00:00:01.000000Z', 0, 1],
      ['2025-01-01T00:00:02.000000Z', 1, 0],
      ['2025-01-01T00:00:03.000000Z', 2, 1],
      ['2025-01-01T00:00:04.000000Z', 3, 0],
      ['2025-01-01T00:00:05.000000Z', 4, 2],
    ]);
    expect(rowsOf([250, 0, -750, -751])).toEqual([
      ['2024-12-31T23:59:58.250000Z', 0, 1],
      ['2024-12-31T23:59:59.250000Z', 1, 2],
      ['2025-01-01T00:00:00.250000Z', 2, 1],
    ]);
    expect(rowsOf([1050, 1000, 950], 100)).toEqual([
      ['2025-01-01T00:00:00.950000Z', 0, 2],
      ['2025-01-01T00:00:01.050000Z', 0.1, 1],
    ]);
  });

  const YEAR = 365 * 86_400_000;
  test.each([
    ['far forward', [0, 999.999999, 50 * YEAR, 50 * YEAR + 1000], [2, 1, 1]],
    ['far back', [0, -50 * YEAR, 500], [1, 2]],
    ['to and fro', [0, 50 * YEAR, 1, -50 * YEAR, 50 * YEAR + 1], [1, 2, 2]],
    ['further than a calendar reaches', [0, 1e16], [1, 1]],
  ])('a clock that leaps %s costs nothing', (_what, milliseconds, packets) => {
    expect(times(milliseconds, 1000).map((row) => row.packets)).toEqual(packets);
  });

  test('the time after a leap is exact', () => {
    expect(rowsOf([0, 1_699_999_999_999.5, 1_700_000_000_000])).toEqual([
      ['2025-01-01T00:00:00.000000Z', 0, 1],
      ['2078-11-14T22:13:19.000000Z', 1_699_999_999, 1],
      ['2078-11-14T22:13:20.000000Z', 1_700_000_000, 1],
    ]);
  });

  test('packets without a time are in no row', () => {
    expect(times([Number.NaN, 0, Number.NaN], 1000).map(({ packets }) => packets)).toEqual([1]);
  });
});

test('the summary takes the earliest and the latest time, and counts steps back', () => {
  const frames = [500, 0, Number.NaN, 2000, 1999].map((milliseconds) => ({ bytes: SYN, milliseconds, length: 100 }));
  expect(runStatistic('summary', frames)).toMatchObject([
    {
      packets: 5,
      bytes: 500,
      captured_bytes: 5 * SYN.length,
      truncated_packets: 5,
      first: '2025-01-01T00:00:00.000000Z',
      last: '2025-01-01T00:00:02.000000Z',
      duration_s: 2,
      out_of_order_packets: 2,
    },
  ]);
});

test('experts are counted by packets, the gravest first', () => {
  const reset = tcpFrame({ srcPort: 50_000, dstPort: 9999, flags: 4, seq: 101 });
  expect(run('expert', [SYN, reset, SYN])).toMatchObject([
    { id: 'tcp.connection.rst', severity: 'error', packets: 1, first_packet: 2 },
    { id: 'tcp.analysis.retransmission', severity: 'note', packets: 1, first_packet: 3 },
    { id: 'tcp.connection.syn', severity: 'chat', packets: 2, first_packet: 1 },
  ]);
});

describe.each(Object.keys(STATISTICS) as StatisticName[])('%s survives', (name) => {
  const check = (frames: readonly Uint8Array[]): void => {
    const statistic = STATISTICS[name];
    for (const row of runStatistic(name, frames)) {
      const fits = statistic.tables.some((table) => typeof readRow(table, { type: table.type, ...row }) === 'object');
      expect(fits, JSON.stringify(row)).toBe(true);
      expect(JSON.stringify(row)).not.toMatch(/NaN|Infinity/);
    }
  };

  test('every frame cut and damaged', () => {
    const connection = new TcpConversation(80);
    connection.client('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    connection.server('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx');
    for (const frame of [QUERY, ANSWER, ...connection.frames]) {
      const cut = Array.from(frame, (_, length) => frame.slice(0, length));
      const flipped = Array.from(frame, (_, index) => frame.with(index, frame[index]! ^ 0xff));
      check([...cut, frame, ...flipped]);
    }
  });

  test('no frames, and empty ones', () => {
    check([]);
    check([new Uint8Array(0), new Uint8Array(0)]);
  });
});
