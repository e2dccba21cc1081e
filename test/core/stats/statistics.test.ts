import { describe, expect, test } from 'vitest';
import { PktapOwners } from '../../../src/core/packet/packet-owners.ts';
import { readRow } from '../../../src/core/record/saved-row.ts';
import { OPENERS } from '../../../src/core/stats/all.ts';
import { STATISTICS, type StatisticName } from '../../../src/core/stats/names.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { ethernet, ipv6, udp } from '../../support/headers.ts';
import { runStatistic } from '../../support/run-statistic.ts';
import { TcpConversation } from '../../support/tcp-conversation.ts';
import { hex } from '../../support/wire.ts';

const QUERY = udpFrame({ srcPort: 40_000, dstPort: 53 }, [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 120, 0, 0, 1, 0, 1]);
const ANSWER = udpFrame(
  { from: [10, 0, 0, 2], to: [10, 0, 0, 1], srcPort: 53, dstPort: 40_000 },
  [0, 7, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 1, 120, 0, 0, 1, 0, 1],
);
const ARP = hex('ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002');
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

describe('whole rows', () => {
  const [query, answer, syn] = [QUERY.length, ANSWER.length, SYN.length];

  test('of endpoints: the most bytes first', () => {
    const rest = { host: null, geo_country: null, geo_city: null, asn: null, as_org: null };
    expect(run('endpoints', [QUERY, QUERY, ANSWER, SYN, ARP])).toEqual([
      {
        addr: '10.0.0.1',
        packets: 4,
        bytes: 2 * query + answer + syn,
        tx_packets: 3,
        rx_packets: 1,
        tx_bytes: 2 * query + syn,
        rx_bytes: answer,
        ...rest,
      },
      {
        addr: '10.0.0.2',
        packets: 4,
        bytes: 2 * query + answer + syn,
        tx_packets: 1,
        rx_packets: 3,
        tx_bytes: answer,
        rx_bytes: 2 * query + syn,
        ...rest,
      },
    ]);
    const other = udpFrame({ from: [9, 9, 9, 9], to: [10, 0, 0, 1], srcPort: 1, dstPort: 2 }, new Array(400).fill(0));
    expect(run('endpoints', [QUERY, other])).toMatchObject([
      { addr: '10.0.0.1', bytes: query + other.length },
      { addr: '9.9.9.9', bytes: other.length },
      { addr: '10.0.0.2', bytes: query },
    ]);
  });

  test('of more endpoints than there was room for at first, and of both families', () => {
    const frames = Array.from({ length: 1030 }, (_, number) =>
      udpFrame({ from: [10, 1, number >> 8, number & 255], to: [10, 0, 0, 2], srcPort: 1, dstPort: 2 }, []),
    );
    const rows = run('endpoints', frames) as { addr: string; packets: number; tx_bytes: number }[];
    expect([rows.length, rows[0]]).toEqual([1031, expect.objectContaining({ addr: '10.0.0.2', packets: 1030 })]);
    expect(rows.slice(1).every(({ packets, tx_bytes }) => packets === 1 && tx_bytes === 42)).toBe(true);
    expect(rows.slice(1, 3).map(({ addr }) => addr)).toEqual(['10.1.0.0', '10.1.0.1']);
    const six = Uint8Array.from(ethernet(0x86dd, ipv6(17, udp(1, 2, []))));
    expect(run('endpoints', [six])).toMatchObject([
      { addr: '2001:db8::1', tx_packets: 1, rx_packets: 0 },
      { addr: '2001:db8::2', tx_packets: 0, rx_packets: 1 },
    ]);
  });

  test('of ports: flows by the port of who did not begin, and the application that most of them have', () => {
    const to = (srcPort: number, dstPort: number, payload: number[] = []) => udpFrame({ srcPort, dstPort }, payload);
    expect(run('ports', [QUERY, ANSWER, to(1, 53, new Array(300).fill(255)), SYN, to(1, 9999), ARP])).toEqual([
      { proto: 'udp', port: 53, app: 'dns', streams: 2, packets: 3, bytes: query + answer + 342 },
      { proto: 'tcp', port: 9999, app: null, streams: 1, packets: 1, bytes: syn },
      { proto: 'udp', port: 9999, app: null, streams: 1, packets: 1, bytes: 42 },
    ]);
  });

  test('of lengths: each bound is in the range that begins with it', () => {
    const lengths = [19, 20, 39, 79, 80, 80, 5119, 5120, 9000];
    const rows = runStatistic(
      'packet_lengths',
      lengths.map((length) => ({ bytes: ARP.slice(0, 14), length })),
    ) as {
      range: string;
      packets: number;
    }[];
    expect(rows.map(({ range, packets }) => `${range} ${packets}`)).toEqual([
      '0-19 1',
      '20-39 2',
      '40-79 1',
      '80-159 2',
      '160-319 0',
      '320-639 0',
      '640-1279 0',
      '1280-2559 0',
      '2560-5119 1',
      '5120- 2',
    ]);
    expect([rows[1], rows[4], rows[9]]).toEqual([
      {
        range: '20-39',
        from_bytes: 20,
        to_bytes: 39,
        packets: 2,
        packets_pct: 22.22,
        bytes: 59,
        avg_bytes: 29.5,
        min_bytes: 20,
        max_bytes: 39,
      },
      {
        range: '160-319',
        from_bytes: 160,
        to_bytes: 319,
        packets: 0,
        packets_pct: 0,
        bytes: 0,
        avg_bytes: null,
        min_bytes: null,
        max_bytes: null,
      },
      {
        range: '5120-',
        from_bytes: 5120,
        to_bytes: null,
        packets: 2,
        packets_pct: 22.22,
        bytes: 14_120,
        avg_bytes: 7060,
        min_bytes: 5120,
        max_bytes: 9000,
      },
    ]);
  });

  test('of protocols, siblings by their packets', () => {
    expect(run('protocols', [SYN, QUERY, ANSWER, ARP])[0]).toEqual({
      path: 'eth',
      proto: 'eth',
      depth: 1,
      packets: 4,
      bytes: query + answer + syn + ARP.length,
      packets_pct: 100,
      bytes_pct: 100,
    });
    const rows = run('protocols', [SYN, QUERY, ANSWER, ARP]) as { path: string; depth: number; packets_pct: number }[];
    expect(rows.map(({ path, depth, packets_pct }) => [path, depth, packets_pct])).toEqual([
      ['eth', 1, 100],
      ['eth/ip', 2, 75],
      ['eth/ip/udp', 3, 50],
      ['eth/ip/udp/dns', 4, 50],
      ['eth/ip/tcp', 3, 25],
      ['eth/arp', 2, 25],
    ]);
  });

  test('of the capture: what was cut, and how fast it came', () => {
    const frames = [
      { bytes: SYN, length: 60 },
      { bytes: QUERY, milliseconds: 500 },
    ];
    expect(runStatistic('summary', frames)).toEqual([
      {
        file: 'x.pcap',
        format: 'pcap',
        packets: 2,
        bytes: 60 + query,
        captured_bytes: syn + query,
        first: '2025-01-01T00:00:00.000000Z',
        last: '2025-01-01T00:00:00.500000Z',
        duration_s: 0.5,
        packet_rate: 4,
        tcp_streams: 1,
        udp_streams: 1,
        sctp_streams: 0,
        link_types: ['ETHERNET'],
        interfaces: [],
        truncated_packets: 1,
        malformed_packets: 0,
        out_of_order_packets: 0,
      },
    ]);
    expect(runStatistic('summary', [QUERY])).toMatchObject([{ duration_s: 0, packet_rate: null }]);
  });
});

test('as many paths are told apart as there is room for, and no more', () => {
  const statistic = OPENERS.protocols({ bucketMs: 1000, owners: new PktapOwners() });
  const packet = new Packet();
  packet.layerCount = 4;
  // 1 of the first layer, 128 of the second, 16,254 of the third: with the root, 16,384
  let third = 0;
  packet.layerProtocol[0] = 1;
  for (let at = 0; at < 128; at++) {
    packet.layerProtocol[1] = at;
    for (let below = 0; below < 128; below++) {
      packet.layerProtocol[2] = below;
      packet.layerCount = 3;
      statistic.ingest!(packet);
      third++;
    }
  }
  const [section] = statistic.sections({ dissector: new Dissector(REGISTRY) } as never);
  const rows = [...section!.rows] as unknown as { depth: number; packets: number }[];
  expect([third, rows.length, rows[0]!.packets]).toEqual([16_384, 16_383, 16_384]);
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
