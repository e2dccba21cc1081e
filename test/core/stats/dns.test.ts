import { describe, expect, test } from 'vitest';
import type { DnsQueryRow } from '../../../src/core/record/tables/dns-query.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { runStatistic, type StatisticFrame } from '../../support/run-statistic.ts';

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
}

function message(
  name: string,
  { id = 7, type = 1, addresses = [], rcode = 0, response = false }: Parts = {},
): number[] {
  return [
    ...[id >> 8, id & 255, response ? 0x81 : 1, response ? 0x80 | rcode : 0],
    ...[0, 1, 0, addresses.length, 0, 0, 0, 0],
    ...[...nameOf(name), 0, type, 0, 1],
    ...addresses.flatMap((address) => [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, address.length, ...address]),
  ];
}

const asked = (name: string, parts: Parts = {}, srcPort = 40_000): Uint8Array =>
  udpFrame({ srcPort, dstPort: 53 }, message(name, parts));
const answered = (name: string, parts: Parts = {}, dstPort = 40_000): Uint8Array =>
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
