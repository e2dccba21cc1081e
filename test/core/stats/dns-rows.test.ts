import { expect, test } from 'vitest';
import { HeldBytes } from '../../../src/core/stats/awaited-rows.ts';
import { DnsKey } from '../../../src/core/stats/dns-key.ts';
import { type DnsPlace, DnsRows, DROPPED, GONE, recordsAt } from '../../../src/core/stats/dns-rows.ts';
import { DnsParts } from '../../../src/core/wire/app/dns-parts.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { hex } from '../../support/wire.ts';

const QUERY = hex('0007 0100 0001 0000 0000 0000 0161 00 0001 0001');
const ANSWER = hex('0007 8183 0001 0001 0000 0000 0161 00 0001 0001 c00c 0001 0001 0000003c 0004 01020304');
const at = (seconds: number): Packet => Object.assign(new Packet(), { seconds, nanoseconds: 0, ipVersion: 4 });

/** The message, read to its end. */
function partsOf(message: Uint8Array): DnsParts {
  const parts = new DnsParts();
  parts.read(message, 0, message.length);
  while (parts.nextAnswer());
  return parts;
}
const query = partsOf(QUERY);
const response = partsOf(ANSWER);
const KEY = new DnsKey();
KEY.set(at(0), true, 0, query, 0xffff);
/** What a row of the query takes: its columns, two addresses of IPv4, a name; and of the response, one address and its header. */
const BYTES = 61 + 8 + 3;
const ANSWER_BYTES = 6 + 4;

/** Rows of queries at these seconds, that wait with entries from 1; and what was told of them. */
function waiting(times: readonly number[], held = new HeldBytes()) {
  const told: [number, number][] = [];
  const rows = new DnsRows(held, (entry, row) => told.push([entry, row]));
  const numbers = times.map((seconds, index) => add(rows, seconds, index + 1));
  return { rows, numbers, told };
}

function add(rows: DnsRows, seconds: number, entry: number): number {
  const row = rows.add(at(seconds), KEY, query, 0);
  if (row >= 0) rows.setWaits(row, entry);
  return row;
}

function answer(rows: DnsRows, row: number, nanoseconds = 5e6): void {
  rows.setWaits(row, 0);
  rows.answer(row, response, nanoseconds);
}
const timesOf = (taken: Iterable<DnsPlace>) => [...recordsAt(taken)].map(({ time }) => Date.parse(time!) / 1000);

test('records are given from the first on, up to one that still waits', () => {
  const { rows, numbers, told } = waiting([1, 2, 3]);
  answer(rows, numbers[1]!);
  expect(timesOf(rows.takeFirst(0))).toEqual([]);
  answer(rows, numbers[0]!);
  expect(timesOf(rows.takeFirst(0))).toEqual([1, 2]);
  expect(told).toEqual([]);
  expect(timesOf(rows.all())).toEqual([3]);
  expect([rows.dropped, rows.unawaited]).toEqual([0, 0]);
});

test('nothing is given before there are too many, and then no more than that', () => {
  const { rows } = waiting([]);
  for (let second = 0; second < 10; second++) add(rows, second, 0);
  expect(timesOf(rows.takeFirst(10 * BYTES))).toEqual([]);
  expect(timesOf(rows.takeFirst(7.5 * BYTES))).toEqual([0, 1, 2]);
});

test('one that waited for long, or holds up too many, is given without its answer', () => {
  const { rows, told } = waiting([0, 11, 11]);
  rows.setWaits(2, 0);
  expect(timesOf(rows.takeFirst(0))).toEqual([0]);
  expect([rows.unawaited, told]).toEqual([0, [[1, GONE]]]);
  expect(timesOf(rows.takeFirst(0, 1.5 * BYTES))).toEqual([11, 11]);
  expect([rows.unawaited, told[1]]).toEqual([1, [2, GONE]]);
});

test('all statistics of a run hold so many bytes together, and what comes beyond is counted', () => {
  const held = new HeldBytes(2.5 * BYTES);
  const { rows, numbers } = waiting([1], held);
  const others = waiting([2], held);
  expect([add(rows, 3, 9), rows.dropped, timesOf(rows.all())]).toEqual([DROPPED, 1, [1]]);
  answer(rows, numbers[0]!);
  expect(held.bytes).toBe(2 * BYTES + ANSWER_BYTES);
  expect(timesOf(others.rows.takeComplete(99))).toEqual([2]);
  expect(held.bytes).toBe(BYTES + ANSWER_BYTES);
  expect(add(rows, 4, 0)).toBe(1);
});

test('a live run takes those that are complete out of the middle, and what is left can still be answered', () => {
  const held = new HeldBytes();
  const { rows, numbers, told } = waiting([5, 5, 5, 5], held);
  answer(rows, numbers[1]!);
  const taken = rows.takeComplete(6);
  expect(told.map(([entry]) => entry)).toEqual([1, 3, 4]);
  expect(held.bytes).toBe(3 * BYTES);
  // what comes later is not of the rows that were taken
  answer(rows, told[1]![1], 7e6);
  expect([...recordsAt(taken)]).toMatchObject([
    { rcode: 'NXDOMAIN', answers: ['1.2.3.4'], latency_ms: 5, name: 'a', qtype: 'A' },
  ]);
  expect([...recordsAt(rows.takeComplete(6))]).toMatchObject([
    { latency_ms: 7, client: '0.0.0.0', answers: ['1.2.3.4'] },
  ]);
  expect(timesOf(rows.takeComplete(15))).toEqual([5, 5]);
  expect(told.slice(-2)).toEqual([
    [1, GONE],
    [4, GONE],
  ]);
  expect(held.bytes).toBe(0);
});

test('it waits for ten seconds and no longer, whichever way the clock goes', () => {
  const live = waiting([100]).rows;
  expect(timesOf(live.takeComplete(109))).toEqual([]);
  expect(timesOf(live.takeComplete(110))).toEqual([100]);
  for (const [now, taken] of [
    [109, []],
    [110, [100]],
    [91, []],
    [90, [100]],
  ] as const) {
    expect([now, timesOf(waiting([100, now]).rows.takeFirst(BYTES))]).toEqual([now, taken]);
  }
});

test('numbers of rows hold over blocks, and over what was given', () => {
  const { rows } = waiting([]);
  const numbers = Array.from({ length: 5000 }, (_, second) => add(rows, second, 0));
  expect(timesOf(rows.takeFirst(2000 * BYTES))).toEqual(numbers.slice(0, 3000));
  answer(rows, numbers[4096]!);
  expect([...recordsAt(rows.all())].map(({ rcode }) => rcode).indexOf('NXDOMAIN')).toBe(4096 - 3000);
  expect(rows.nanosecondsSince(numbers[4999]!, at(5001))).toBe(2e9);
  expect(timesOf(rows.takeFirst(0))).toEqual(numbers.slice(3000));
  expect(add(rows, 7, 0)).toBe(5000);
  expect(timesOf(rows.all())).toEqual([7]);
});

test('there are many beyond 16 MiB', () => {
  const { rows } = waiting([]);
  const most = Math.floor((16 * 1024 * 1024) / BYTES);
  for (let count = 0; count < most; count++) add(rows, 0, 0);
  expect(rows.hasMany).toBe(false);
  add(rows, 1, 0);
  expect([rows.hasMany, timesOf(rows.takeFirst())]).toEqual([true, [0]]);
  expect(new HeldBytes().most).toBe(80 * 1024 * 1024);
});
