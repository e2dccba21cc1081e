import { describe, expect, test } from 'vitest';
import type { DnsQueryRow } from '../../../src/core/record/tables/dns-query.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { ethernet, ipv4, ipv6, octets, udp } from '../../support/headers.ts';
import { runStatistic, type StatisticFrame } from '../../support/run-statistic.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { tsharkFields } from '../../support/tshark.ts';

const CLIENT = [10, 0, 0, 1];
const SERVER = [10, 0, 0, 2];

const nameOf = (name: string): number[] => [
  ...name.split('.').flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')]),
  0,
];

interface Parts {
  readonly id?: number;
  readonly type?: number;
  /** Answers: addresses of 4 or 16 bytes. */
  readonly addresses?: readonly (readonly number[])[];
  readonly rcode?: number;
  readonly response?: boolean;
  readonly qclass?: number;
}

/** Null for a message without a question. */
function message(
  name: string | null,
  { id = 7, type = 1, addresses = [], rcode = 0, response = false, qclass = 1 }: Parts = {},
): number[] {
  return [
    ...[id >> 8, id & 255, response ? 0x81 : 1, response ? 0x80 | rcode : 0],
    ...[0, name === null ? 0 : 1, 0, addresses.length, 0, 0, 0, 0],
    ...(name === null ? [] : [...nameOf(name), 0, type, qclass >> 8, qclass & 255]),
    ...addresses.flatMap((address) => [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, address.length, ...address]),
  ];
}

const asked = (name: string | null, parts: Parts = {}, srcPort = 40_000): Uint8Array =>
  udpFrame({ srcPort, dstPort: 53 }, message(name, parts));
const answered = (name: string | null, parts: Parts = {}, dstPort = 40_000): Uint8Array =>
  udpFrame({ from: SERVER, to: CLIENT, srcPort: 53, dstPort }, message(name, { ...parts, response: true }));

const rowsOf = (frames: readonly (StatisticFrame | Uint8Array)[]): readonly DnsQueryRow[] =>
  runStatistic('dns', frames);

test('a query and its answer are one record', () => {
  expect(
    rowsOf([
      asked('a.example'),
      {
        bytes: answered('a.example', {
          addresses: [
            [192, 0, 2, 1],
            [192, 0, 2, 2],
          ],
        }),
        milliseconds: 12.5,
      },
    ]),
  ).toEqual([
    {
      time: '2025-01-01T00:00:00.000000Z',
      client: '10.0.0.1',
      server: '10.0.0.2',
      transport: 'udp',
      id: 7,
      name: 'a.example',
      qtype: 'A',
      rcode: 'NOERROR',
      answers: ['192.0.2.1', '192.0.2.2'],
      latency_ms: 12.5,
      packet: 1,
      community_id: '1:RXKURpyQITZU13SCYbIzaVPTxaQ=',
    },
  ]);
});

test.each([
  [28, 'AAAA', { addresses: [[0x20, 1, 0xd, 0xb8, ...new Array(11).fill(0), 1]] }, ['2001:db8::1'], 'NOERROR'],
  [1, 'A', { rcode: 3 }, [], 'NXDOMAIN'],
  [15, 'MX', { rcode: 2 }, [], 'SERVFAIL'],
  [1, 'A', { rcode: 5 }, [], 'REFUSED'],
])('type %i, %s', (type, qtype, parts, answers, rcode) => {
  expect(rowsOf([asked('x', { type }), answered('x', { ...parts, type })])).toMatchObject([{ qtype, answers, rcode }]);
});

describe('only what belongs together is paired', () => {
  const alone = (row: DnsQueryRow): boolean => row.latency_ms === null;
  test.each<[string, Uint8Array]>([
    ['another number', answered('a.example', { id: 8 })],
    ['another name', answered('b.example')],
    ['another port', answered('a.example', {}, 40_001)],
    ['another type', answered('a.example', { type: 28 })],
    ['another class', answered('a.example', { qclass: 3 })],
    [
      'another server',
      udpFrame(
        { from: [10, 0, 0, 3], to: CLIENT, srcPort: 53, dstPort: 40_000 },
        message('a.example', { response: true }),
      ),
    ],
    [
      'another transport',
      tcpFrame({ from: SERVER, to: CLIENT, srcPort: 53, dstPort: 40_000, flags: 0x18 }, [
        0,
        27,
        ...message('a.example', { response: true }),
      ]),
    ],
  ])('%s is an answer alone', (_what, frame) => {
    const rows = rowsOf([asked('a.example'), frame]);
    expect(rows.map(({ rcode }) => rcode)).toEqual([null, 'NOERROR']);
    expect(rows.every(alone)).toBe(true);
  });

  test('the case of a name does not count (RFC 4343)', () => {
    expect(rowsOf([asked('A.eXample'), answered('a.example')])).toMatchObject([
      { name: 'A.eXample', rcode: 'NOERROR' },
    ]);
  });

  test('an answer ten seconds late is nobody’s', () => {
    const late = (milliseconds: number) => rowsOf([asked('a'), { bytes: answered('a'), milliseconds }]).length;
    expect([late(10_000), late(10_001)]).toEqual([1, 2]);
  });

  test('an answer before its query, by a clock that went back, has no latency', () => {
    expect(rowsOf([asked('a'), { bytes: answered('a'), milliseconds: -5 }])).toMatchObject([
      { rcode: 'NOERROR', latency_ms: null },
    ]);
  });
});

test('a query sent again is a record of its own, and the answer is told of the first', () => {
  const rows = rowsOf([
    asked('a'),
    { bytes: asked('a'), milliseconds: 1000 },
    { bytes: answered('a'), milliseconds: 1010 },
    answered('a'),
  ]);
  expect(rows.map(({ rcode, latency_ms }) => [rcode, latency_ms])).toEqual([
    ['NOERROR', 1010],
    [null, null],
    ['NOERROR', null], // the second answer
  ]);
});

test('the same number and name is asked anew when it was answered', () => {
  const rows = rowsOf([
    asked('a'),
    answered('a'),
    asked('a'),
    { bytes: answered('a', { rcode: 3 }), milliseconds: 100 },
  ]);
  expect(rows.map(({ rcode, latency_ms }) => [rcode, latency_ms])).toEqual([
    ['NOERROR', 1],
    ['NXDOMAIN', 98],
  ]);
});

describe('sent again', () => {
  const sentAgain = (milliseconds: number, parts: Parts = {}): StatisticFrame[] =>
    [
      asked('a', parts),
      { bytes: asked('a', parts), milliseconds },
      { bytes: answered('a', parts), milliseconds: milliseconds + 20 },
    ].map((given) => (given instanceof Uint8Array ? { bytes: given, milliseconds: 0 } : given));
  const latencies = (frames: readonly StatisticFrame[]) => rowsOf(frames).map(({ latency_ms }) => latency_ms);

  test.each([0, 1, 999, 5000])('after %i ms it is the same query', (milliseconds) => {
    expect(latencies(sentAgain(milliseconds))).toEqual([milliseconds + 20, null]);
  });

  test.each([5001, 9990, 10_001, 15_000, 86_400_000, -5001])('after %i ms it is one of its own', (milliseconds) => {
    expect(latencies(sentAgain(milliseconds))).toEqual([null, 20]);
  });

  test.skipIf(toolIsMissing('tshark')).each([4999, 5001, 15_000])('after %i ms as in tshark', (milliseconds) => {
    const [of] = tsharkFields(sentAgain(milliseconds), ['dns.response_to']).slice(2);
    expect(of).toBe(milliseconds > 5000 ? '2' : '1');
  });

  test('the first of three that came soon after one another gets the answer', () => {
    const frames = [0, 4000, 8000].map((milliseconds) => ({ bytes: asked('a'), milliseconds }));
    // 8 s are more than five, but less than those after which an answer is nobody's
    expect(latencies([...frames, { bytes: answered('a'), milliseconds: 8010 }])).toEqual([null, null, 10]);
  });
});

describe('one number, several questions', () => {
  const both = [asked('r', { type: 1 }), asked('r', { type: 28 })];
  const A = answered('r', { type: 1, addresses: [[192, 0, 2, 9]] });
  const AAAA = answered('r', { type: 28, addresses: [[0x20, 1, 0xd, 0xb8, ...new Array(11).fill(0), 9]] });
  const told = (frames: readonly Uint8Array[]) => rowsOf(frames).map(({ qtype, answers }) => [qtype, ...answers]);

  test.each([
    ['in order', [A, AAAA]],
    ['crossed', [AAAA, A]],
  ])('each has its own answer, %s', (_what, answers) => {
    expect(told([...both, ...answers])).toEqual([
      ['A', '192.0.2.9'],
      ['AAAA', '2001:db8::9'],
    ]);
  });

  test('the classes too', () => {
    const rows = rowsOf([
      asked('version.bind', { type: 16, qclass: 1 }),
      asked('version.bind', { type: 16, qclass: 3 }),
      answered('version.bind', { type: 16, qclass: 3, rcode: 5 }),
      answered('version.bind', { type: 16, qclass: 1, rcode: 3 }),
    ]);
    expect(rows.map(({ rcode }) => rcode)).toEqual(['NXDOMAIN', 'REFUSED']);
  });

  test('over IPv6, and over TCP', () => {
    const SERVER6 = octets('20010db8000000000000000000000002 20010db8000000000000000000000001');
    const six = (back: boolean, bytes: readonly number[]): Uint8Array => {
      const packet = ipv6(17, back ? udp(53, 40_000, bytes) : udp(40_000, 53, bytes));
      if (back) packet.splice(8, 32, ...SERVER6);
      return Uint8Array.from(ethernet(0x86dd, packet));
    };
    const prefixed = (bytes: readonly number[]): number[] => [0, bytes.length, ...bytes];
    const [one, two, first, second] = [
      message('r', { type: 1 }),
      message('r', { type: 28 }),
      message('r', { type: 28, rcode: 2, response: true }),
      message('r', { type: 1, rcode: 5, response: true }),
    ] as const;
    const overSix = rowsOf([six(false, one), six(false, two), six(true, first), six(true, second)]);
    const overTcp = rowsOf([
      tcpFrame({ srcPort: 40_000, dstPort: 53, flags: 0x18, seq: 1 }, [...prefixed(one), ...prefixed(two)]),
      tcpFrame({ from: SERVER, to: CLIENT, srcPort: 53, dstPort: 40_000, flags: 0x18, seq: 1 }, [
        ...prefixed(first),
        ...prefixed(second),
      ]),
    ]);
    for (const rows of [overSix, overTcp]) expect(rows.map(({ rcode }) => rcode)).toEqual(['REFUSED', 'SERVFAIL']);
    expect(overSix[0]).toMatchObject({ client: '2001:db8::1', server: '2001:db8::2', transport: 'udp' });
  });
});

describe('an answer without a question', () => {
  test.each([
    [1, 'FORMERR'],
    [2, 'SERVFAIL'],
    [4, 'NOTIMP'],
    [5, 'REFUSED'],
  ])('belongs to the query with its number: %i', (rcode, name) => {
    const rows = rowsOf([asked('n.example'), { bytes: answered(null, { rcode }), milliseconds: 3 }]);
    expect(rows).toMatchObject([{ name: 'n.example', qtype: 'A', rcode: name, latency_ms: 3, packet: 1 }]);
  });

  test('of several with its number it is the first that waits', () => {
    const frames = [asked('a'), asked('b'), asked('c'), answered('b'), answered(null, { rcode: 1 })];
    expect(rowsOf(frames).map(({ rcode }) => rcode)).toEqual(['FORMERR', 'NOERROR', null]);
    expect(rowsOf([...frames, answered(null, { rcode: 4 })]).map(({ rcode }) => rcode)).toEqual([
      'FORMERR',
      'NOERROR',
      'NOTIMP',
    ]);
    expect(rowsOf([...frames, answered('a', { rcode: 3 })]).map(({ rcode }) => rcode)).toEqual([
      'FORMERR',
      'NOERROR',
      null,
      'NXDOMAIN',
    ]);
  });

  test('none waits: it is alone', () => {
    expect(rowsOf([answered(null, { rcode: 1 })])).toMatchObject([{ name: null, qtype: null, rcode: 'FORMERR' }]);
  });

  test('it answers a query without one (RFC 7873, 5.4), which an answer to a question does not', () => {
    expect(rowsOf([asked(null), answered(null)])).toMatchObject([{ name: null, rcode: 'NOERROR', latency_ms: 1 }]);
    expect(rowsOf([asked(null), answered('a')]).map(({ latency_ms }) => latency_ms)).toEqual([null, null]);
  });
});

describe('a message that the capture cut short', () => {
  const cut = (frame: Uint8Array, bytes: number): StatisticFrame => ({
    bytes: frame.subarray(0, 14 + 20 + 8 + bytes),
    length: frame.length,
  });

  test.each([12, 15, 23, 24, 25, 26])('an answer of %i bytes belongs to the query with its number', (bytes) => {
    const rows = rowsOf([asked('a.example'), cut(answered('a.example', { rcode: 3 }), bytes)]);
    expect(rows).toMatchObject([{ name: 'a.example', qtype: 'A', rcode: 'NXDOMAIN', latency_ms: 1 }]);
  });

  test('what is left of its question counts', () => {
    const frames = [asked('a.example'), cut(answered('b.example', { rcode: 3 }), 23)];
    expect(rowsOf(frames).map(({ name, qtype, rcode }) => [name, qtype, rcode])).toEqual([
      ['a.example', 'A', null],
      ['b.example', null, 'NXDOMAIN'],
    ]);
  });

  test.each([12, 15, 23, 25])('a query of %i bytes is told by its answer', (bytes) => {
    const rows = rowsOf([cut(asked('a.example'), bytes), answered('a.example', { rcode: 3 })]);
    expect(rows).toMatchObject([{ name: 'a.example', qtype: 'A', rcode: 'NXDOMAIN', latency_ms: 1 }]);
  });
});

test('two queries whose names were cut off wait for an answer each', () => {
  const cut = (frame: Uint8Array): StatisticFrame => ({
    bytes: frame.subarray(0, 14 + 20 + 8 + 14),
    length: frame.length,
  });
  const rows = rowsOf([cut(asked('a')), cut(asked('b')), answered('a', { rcode: 3 }), answered('b')]);
  expect(rows.map(({ name, rcode }) => [name, rcode])).toEqual([
    ['a', 'NXDOMAIN'],
    ['b', 'NOERROR'],
  ]);
});

test('names that are written alike are not the same: a dot within a label is none between two', () => {
  const dotted = message('a-b');
  dotted[12 + 2] = 0x2e;
  const rows = rowsOf([udpFrame({ srcPort: 40_000, dstPort: 53 }, dotted), answered('a.b')]);
  expect(rows.map(({ name, latency_ms }) => [name, latency_ms])).toEqual([
    ['a.b', null],
    ['a.b', null],
  ]);
});

test('a question of Multicast DNS that asks for an answer to itself is the same question', () => {
  const GROUP = [224, 0, 0, 251];
  const rows = rowsOf([
    udpFrame({ srcPort: 5353, dstPort: 5353 }, message('a.local', { qclass: 0x8001 })),
    udpFrame({ from: SERVER, to: CLIENT, srcPort: 5353, dstPort: 5353 }, message('a.local', { response: true })),
    udpFrame({ srcPort: 5353, dstPort: 5353, to: GROUP }, message('b.local', { qclass: 0x8001 })),
  ]);
  expect(rows.map(({ name, rcode }) => [name, rcode])).toEqual([
    ['a.local', 'NOERROR'],
    ['b.local', null],
  ]);
});

test('packets without a time are paired, without a latency', () => {
  const rows = rowsOf([{ bytes: asked('a'), milliseconds: Number.NaN }, answered('a')]);
  expect(rows).toMatchObject([{ time: null, rcode: 'NOERROR', latency_ms: null }]);
});

test('several queries over one TCP connection', () => {
  const prefixed = (bytes: readonly number[]): number[] => [0, bytes.length, ...bytes];
  const queries = [...prefixed(message('a')), ...prefixed(message('b', { id: 8 }))];
  const answers = [
    ...prefixed(message('b', { id: 8, response: true })),
    ...prefixed(message('a', { response: true, rcode: 3 })),
  ];
  const rows = rowsOf([
    tcpFrame({ srcPort: 40_000, dstPort: 53, flags: 0x18, seq: 1 }, queries),
    tcpFrame({ from: SERVER, to: CLIENT, srcPort: 53, dstPort: 40_000, flags: 0x18, seq: 1 }, answers),
  ]);
  expect(rows.map(({ transport, name, rcode }) => [transport, name, rcode])).toEqual([
    ['tcp', 'a', 'NXDOMAIN'],
    ['tcp', 'b', 'NOERROR'],
  ]);
});

test('mDNS and LLMNR are told apart', () => {
  const to = (dstPort: number) => udpFrame({ srcPort: dstPort, dstPort, to: [224, 0, 0, 251] }, message('a.local'));
  expect(rowsOf([to(5353), to(5355)]).map(({ transport, server }) => [transport, server])).toEqual([
    ['mdns', '224.0.0.251'],
    ['llmnr', '224.0.0.251'],
  ]);
});

test('queries that nobody answers are bounded: the oldest wait no longer', () => {
  const many = Array.from({ length: 10_001 }, (_, id) => ({ bytes: asked('a', { id }), milliseconds: 0 }));
  const rows = rowsOf([...many, answered('a', { id: 0 }), answered('a', { id: 1 })]);
  expect(rows).toHaveLength(10_002);
  expect([rows[0]!.rcode, rows[1]!.rcode, rows.at(-1)!.rcode]).toEqual([null, 'NOERROR', 'NOERROR']);
});

test('an answer holds a hundred values at most', () => {
  const addresses = Array.from({ length: 120 }, (_, index) => [10, 0, 0, index]);
  expect(rowsOf([asked('a'), answered('a', { addresses })])[0]!.answers).toHaveLength(100);
});

test('a query that an ICMP error quotes is not another one', () => {
  const sent = udp(40_000, 53, message('a.example'));
  const back = { from: SERVER, to: CLIENT };
  const error = ethernet(0x0800, ipv4(1, [...octets('03 03 0000 00000000'), ...ipv4(17, sent)], back));
  const error6 = ethernet(0x86dd, ipv6(58, [...octets('01 04 0000 00000000'), ...ipv6(17, sent)]));
  const rows = rowsOf([asked('a.example'), Uint8Array.from(error), Uint8Array.from(error6)]);
  expect(rows.map(({ client, server }) => [client, server])).toEqual([['10.0.0.1', '10.0.0.2']]);
});
