import { describe, expect, test } from 'vitest';
import {
  conns,
  Failure,
  follow,
  ifaces,
  openCapture,
  packets,
  parseFilter,
  probe,
  schemaOf,
  stats,
  tables,
} from '../../../src/commands/api/index.ts';

const CAPTURE = 'test/captures/loopback.pcap';
const nothing = null as never;

const failureOf = async (call: () => unknown): Promise<Failure> => {
  try {
    await call();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('it resolved');
};

describe.each([
  ['conns', (options: never) => conns(options)],
  ['conns.events', (options: never) => conns.events(options)],
  ['conns.summary', (options: never) => conns.summary('process', options)],
  ['ifaces', (options: never) => ifaces(options)],
  ['ifaces.routes', (options: never) => ifaces.routes(options)],
  ['ifaces.dns', (options: never) => ifaces.dns(options)],
  ['ifaces.neighbors', (options: never) => ifaces.neighbors(options)],
  ['ifaces.host', (options: never) => ifaces.host(options)],
  ['packets', (options: never) => packets(options)],
  ['stats', (options: never) => stats('dns', options)],
  ['follow', (options: never) => follow(options)],
  ['follow.segments', (options: never) => follow.segments(options)],
  ['probe', (options: never) => probe('tcp://127.0.0.1:9', options)],
  ['probe.hops', (options: never) => probe.hops('trace://127.0.0.1', options)],
  ['openCapture', (options: never) => ({ all: () => openCapture(options) })],
])('%s', (_, ask) => {
  test.each([
    [null, 'null'],
    [[], '[]'],
    [[1, { a: 1 }], '[1, an object]'],
    [5, '5'],
    ['x', '"x"'],
    [() => true, 'a function'],
  ])('options that are %s are refused when somebody reads', async (options, shown) => {
    const records = ask(options as never);
    const { exit, message } = await failureOf(() => records.all());
    expect([exit, message]).toEqual([64, `options are an object, not ${shown}`]);
  });
});

test.each([
  [undefined, 'undefined'],
  [null, 'null'],
  [5, '5'],
  [['dns'], '["dns"]'],
  [Symbol('dns'), 'Symbol(dns)'],
])('%s is no statistic', async (name, shown) => {
  const one = await failureOf(() => stats(name as never, { read: CAPTURE }).all());
  expect([one.exit, one.message]).toEqual([64, `${shown} is no statistic`]);
  const capture = await openCapture({ read: CAPTURE });
  const other = await failureOf(() => capture.stats(name as never));
  await capture.close();
  expect([other.exit, other.message]).toEqual([64, `${shown} is no statistic`]);
});

test.each([
  [
    'conns.summary by nothing',
    () => conns.summary(nothing).all(),
    'what connections are added up by is null, not one of',
  ],
  ['a hole among targets', () => probe(new Array(1)).all(), 'what is asked is [undefined], not an array of texts'],
  ['a number among targets', () => probe([5 as never]).all(), 'what is asked is [5], not an array of texts'],
  ['hops of no target', () => probe.hops([]).all(), 'hops are those of a trace:// target, and none is asked'],
  ['hops of another kind', () => probe.hops('tcp://127.0.0.1:9').all(), 'hops are those of a trace:// target'],
  ['one round that lasts', () => probe('tcp://127.0.0.1:9', { duration: 100 }).all(), 'option "duration" goes with'],
  [
    'a snap length',
    () => packets({ snaplen: 1e12 }).all(),
    'option "snaplen" is 1000000000000, not a whole number from',
  ],
  [
    'too long a time',
    () => packets({ duration: 2 ** 31 }).all(),
    'option "duration" is 2147483648, not a number of mill',
  ],
  [
    'a filter that is null',
    () => conns({ filter: nothing }).all(),
    'option "filter" is null, not a text or a function',
  ],
  ['parseFilter of nothing', () => parseFilter(nothing), 'the filter is null, not a text'],
  ['parseFilter for no table', () => parseFilter('pid == 1', nothing), 'the record type is none of `tables`'],
  ['schemaOf no table', () => schemaOf({} as never), 'the record type is none of `tables`'],
])('%s is refused', async (_, call, message) => {
  const failure = await failureOf(call);
  expect(failure.exit).toBe(64);
  expect(failure.message.startsWith(message)).toBe(true);
});

test('an empty filter is refused at its place', () => {
  expect(() => parseFilter('')).toThrow(expect.objectContaining({ exit: 64, place: expect.anything() }));
});

test('a schema is of a table', () => expect(schemaOf(tables.conn)).toMatchObject({ title: 'conn' }));
