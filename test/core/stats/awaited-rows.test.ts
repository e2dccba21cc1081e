import { expect, test } from 'vitest';
import { AwaitedRows, DROPPED, HeldBytes } from '../../../src/core/stats/awaited-rows.ts';
import { type Moment, RowBlock, texts } from '../../../src/core/stats/row-block.ts';
import { recordsAt } from '../../../src/core/stats/written-rows.ts';

const at = (seconds: number): Moment => ({ seconds, nanoseconds: 0 });

class NameBlock extends RowBlock<string | null> {
  readonly names = texts();
  rowOf(index: number): string | null {
    return this.names[index]!;
  }
}

class Names extends AwaitedRows<string | null, NameBlock> {
  constructor(held = new HeldBytes()) {
    super(held, () => new NameBlock());
  }
  put(name: string, seconds: number, waits: boolean, bytes: number): number {
    const row = this.add(at(seconds), waits, bytes);
    if (row !== DROPPED) this.name(row, name);
    return row;
  }
  name(row: number, name: string): void {
    this.blockOf(row).names[this.indexOf(row)] = name;
  }
  firstOf(...limits: number[]): (string | null)[] {
    return [...recordsAt(this.takeFirst(...limits))];
  }
  completeAt(now: number): (string | null)[] {
    return [...recordsAt(this.takeComplete(now))];
  }
}

test('records are given from the first on, up to one that still waits', () => {
  const rows = new Names();
  const [a, b, c] = ['a', 'b', 'c'].map((name, index) => rows.put(name, index, true, 100));
  rows.answer(b!, 0);
  expect(rows.firstOf(0)).toEqual([]);
  rows.answer(a!, 0);
  expect(rows.firstOf(0)).toEqual(['a', 'b']);
  expect([a!, b!, c!, DROPPED].map((row) => rows.isGone(row))).toEqual([true, true, false, true]);
  expect([...recordsAt(rows.all())]).toEqual(['c']);
  expect([rows.dropped, rows.unawaited]).toEqual([0, 0]);
});

test('nothing is given before there are too many, and then no more than that', () => {
  const rows = new Names();
  for (let number = 0; number < 10; number++) rows.put(`${number}`, 0, false, 100);
  expect(rows.firstOf(1000)).toEqual([]);
  expect(rows.firstOf(750)).toEqual(['0', '1', '2']);
});

test('one that waited for long, or holds up too many, is given without its answer', () => {
  const rows = new Names();
  rows.put('long ago', 0, true, 100);
  rows.put('just now', 11, true, 100);
  rows.put('behind', 11, false, 100);
  expect(rows.firstOf(0)).toEqual(['long ago']);
  expect(rows.unawaited).toBe(0);
  expect(rows.firstOf(0, 150)).toEqual(['just now', 'behind']);
  expect(rows.unawaited).toBe(1);
});

test('all statistics of a run hold so many bytes together, and what comes beyond is counted', () => {
  const held = new HeldBytes(250);
  const rows = new Names(held);
  const others = new Names(held);
  rows.put('a', 0, false, 100);
  others.put('b', 0, false, 100);
  expect(rows.put('c', 0, true, 100)).toBe(DROPPED);
  expect([rows.dropped, [...recordsAt(rows.all())]]).toEqual([1, ['a']]);
  others.takeComplete(0);
  expect(rows.put('d', 0, false, 100)).toBe(1);
});

test('a live run takes those that are complete out of the middle, and what is left can still be answered', () => {
  const held = new HeldBytes();
  const rows = new Names(held);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => rows.put(name, 5, true, 100));
  rows.answer(b!, 0);
  const taken = rows.takeComplete(6);
  expect([a!, b!, c!].map((row) => rows.isGone(row))).toEqual([false, true, false]);
  expect(held.bytes).toBe(200);
  rows.name(a!, 'answered');
  rows.answer(a!, 10);
  // they are read when there is time
  expect([...recordsAt(taken)]).toEqual(['b']);
  expect(held.bytes).toBe(210);
  expect(rows.completeAt(6)).toEqual(['answered']);
  expect(rows.completeAt(15)).toEqual(['c']);
  expect(held.bytes).toBe(0);
  const next = rows.put('d', 16, false, 100);
  expect([rows.isGone(next), rows.isGone(c!), [...recordsAt(rows.all())]]).toEqual([false, true, ['d']]);
});

test('it waits for ten seconds and no longer, whichever way the clock goes', () => {
  const live = new Names();
  live.put('a', 100, true, 1);
  expect(live.completeAt(109)).toEqual([]);
  expect(live.completeAt(110)).toEqual(['a']);
  for (const [now, taken] of [
    [109, []],
    [110, ['a']],
    [91, []],
    [90, ['a']],
  ] as const) {
    const rows = new Names();
    rows.put('a', 100, true, 100);
    rows.put('b', now, true, 100);
    expect([now, rows.firstOf(100)]).toEqual([now, taken]);
  }
});

test('what grows is counted', () => {
  const held = new HeldBytes(300);
  const rows = new Names(held);
  const one = rows.put('one', 0, true, 100);
  rows.grow(one, 50);
  rows.answer(one, 25);
  expect(held.bytes).toBe(175);
  expect(rows.put('two', 0, false, 126)).toBe(DROPPED);
  expect(rows.put('three', 0, false, 125)).toBe(1);
  expect(rows.firstOf(125)).toEqual(['one']);
  expect(held.bytes).toBe(125);
  expect(rows.firstOf(125)).toEqual([]);
});

test('numbers of rows hold over blocks, and over what was given', () => {
  const rows = new Names();
  const numbers = Array.from({ length: 5000 }, (_, number) => rows.put(`${number}`, number, false, 10));
  expect(rows.firstOf(20_000).map(Number)).toEqual(numbers.slice(0, 3000));
  rows.name(numbers[4096]!, 'another');
  expect([...recordsAt(rows.all())].indexOf('another')).toBe(4096 - 3000);
  expect(rows.nanosecondsSince(numbers[4999]!, { seconds: 5001, nanoseconds: 7 })).toBe(2e9 + 7);
  expect(rows.firstOf(0)).toHaveLength(2000);
  expect(numbers.every((row) => rows.isGone(row))).toBe(true);
  const late = rows.put('late', 7, false, 10);
  expect([rows.isGone(late), [...recordsAt(rows.all())]]).toEqual([false, ['late']]);
});

test('there are many beyond 16 MiB', () => {
  const rows = new Names();
  rows.put('a', 0, false, 16 * 1024 * 1024);
  expect(rows.hasMany).toBe(false);
  rows.put('b', 0, false, 1);
  expect(rows.hasMany).toBe(true);
  expect(rows.firstOf()).toEqual(['a']);
  const waiting = new Names();
  waiting.put('a', 0, true, 24 * 1024 * 1024);
  expect(waiting.firstOf()).toEqual([]);
  waiting.put('b', 0, true, 1);
  expect([waiting.firstOf(), waiting.unawaited]).toEqual([['a'], 1]);
  expect(new HeldBytes().most).toBe(80 * 1024 * 1024);
});
