import { expect, test } from 'vitest';
import { AwaitedRows, HeldBytes } from '../../../src/core/stats/awaited-rows.ts';
import { Packet } from '../../../src/core/wire/packet.ts';

const at = (seconds: number): Packet => Object.assign(new Packet(), { seconds, nanoseconds: 0 });

test('records are given from the first on, up to one that still waits', () => {
  const rows = new AwaitedRows<string>();
  const [a, b, c] = ['a', 'b', 'c'].map((name, index) => rows.add(name, at(index), true, 100));
  rows.answer(b!, 0);
  expect(rows.takeFirst(0)).toEqual([]);
  rows.answer(a!, 0);
  expect(rows.takeFirst(0)).toEqual(['a', 'b']);
  expect([a!.isGone, b!.isGone, c!.isGone]).toEqual([true, true, false]);
  expect([...rows.all()]).toEqual(['c']);
  expect([rows.dropped, rows.unawaited]).toEqual([0, 0]);
});

test('nothing is given before there are too many, and then no more than that', () => {
  const rows = new AwaitedRows<number>();
  for (let number = 0; number < 10; number++) rows.add(number, at(0), false, 100);
  expect(rows.takeFirst(1000)).toEqual([]);
  expect(rows.takeFirst(750)).toEqual([0, 1, 2]);
});

test('one that waited for long, or holds up too many, is given without its answer', () => {
  const rows = new AwaitedRows<string>();
  rows.add('long ago', at(0), true, 100);
  rows.add('just now', at(11), true, 100);
  rows.add('behind', at(11), false, 100);
  expect(rows.takeFirst(0)).toEqual(['long ago']);
  expect(rows.unawaited).toBe(0);
  expect(rows.takeFirst(0, 150)).toEqual(['just now', 'behind']);
  expect(rows.unawaited).toBe(1);
});

test('all statistics of a run hold so many bytes together, and what comes beyond is counted', () => {
  const held = new HeldBytes(250);
  const rows = new AwaitedRows<string>(held);
  const others = new AwaitedRows<string>(held);
  rows.add('a', at(0), false, 100);
  others.add('b', at(0), false, 100);
  expect(rows.add('c', at(0), true, 100).isGone).toBe(true);
  expect([rows.dropped, [...rows.all()]]).toEqual([1, ['a']]);
  others.takeComplete(0);
  expect(rows.add('d', at(0), false, 100).isGone).toBe(false);
});

test('a live run takes those that are complete out of the middle', () => {
  const rows = new AwaitedRows<string>();
  const asked = ['a', 'b', 'c'].map((name) => rows.add(name, at(5), true, 100));
  rows.answer(asked[1]!, 0);
  expect(rows.takeComplete(6)).toEqual(['b']);
  expect(rows.takeComplete(15)).toEqual(['a', 'c']);
});
