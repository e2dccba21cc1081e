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

test('it waits for ten seconds and no longer, whichever way the clock goes', () => {
  const live = new AwaitedRows<string>();
  live.add('a', at(100), true, 1);
  expect(live.takeComplete(109)).toEqual([]);
  expect(live.takeComplete(110)).toEqual(['a']);
  for (const [now, taken] of [
    [109, []],
    [110, ['a']],
    [91, []],
    [90, ['a']],
  ] as const) {
    const rows = new AwaitedRows<string>();
    rows.add('a', at(100), true, 100);
    rows.add('b', at(now), true, 100);
    expect([now, rows.takeFirst(100)]).toEqual([now, taken]);
  }
});

test('what grows is counted, until it is gone', () => {
  const held = new HeldBytes(300);
  const rows = new AwaitedRows<string>(held);
  const one = rows.add('one', at(0), true, 100);
  rows.grow(one, 50);
  rows.answer(one, 25);
  expect([held.bytes, one.bytes, one.waits]).toEqual([175, 175, false]);
  expect(rows.add('two', at(0), false, 126).isDropped).toBe(true);
  expect(rows.add('three', at(0), false, 125).isDropped).toBe(false);
  expect(rows.takeFirst(125)).toEqual(['one']);
  rows.grow(one, 50);
  expect([held.bytes, one.bytes, one.isGone, one.isDropped]).toEqual([125, 175, true, false]);
  expect(rows.takeFirst(125)).toEqual([]);
});

test('there are many beyond 16 MiB', () => {
  const rows = new AwaitedRows<string>();
  rows.add('a', at(0), false, 16 * 1024 * 1024);
  expect(rows.hasMany).toBe(false);
  rows.add('b', at(0), false, 1);
  expect(rows.hasMany).toBe(true);
  expect(rows.takeFirst()).toEqual(['a']);
  const waiting = new AwaitedRows<string>();
  waiting.add('a', at(0), true, 24 * 1024 * 1024);
  expect(waiting.takeFirst()).toEqual([]);
  waiting.add('b', at(0), true, 1);
  expect([waiting.takeFirst(), waiting.unawaited]).toEqual([['a'], 1]);
  expect(new HeldBytes().most).toBe(80 * 1024 * 1024);
});
