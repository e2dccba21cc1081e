import { expect, test } from 'vitest';
import { HeldStreams } from '../../../src/core/stream/held-streams.ts';

interface Row {
  readonly name: string;
  readonly length: number;
}
const row = (name: string, length = 3): Row => ({ name, length });
const namesOf = (held: HeldStreams<string, Row>, key: string) => held.of(key).map(({ name }) => name);

test('each stream has its own, in the order they came', () => {
  const held = new HeldStreams<string, Row>(10, 100);
  held.add('a', row('1'));
  held.add('b', row('2'));
  held.add('a', row('3'));
  expect([namesOf(held, 'a'), namesOf(held, 'b'), namesOf(held, 'c')]).toEqual([['1', '3'], ['2'], []]);
  expect(['a', 'b', 'c'].map((key) => held.isCut(key))).toEqual([false, false, false]);
  held.forget('a');
  held.forget('c');
  expect([namesOf(held, 'a'), namesOf(held, 'b')]).toEqual([[], ['2']]);
});

test('past so many segments the oldest tenth goes', () => {
  const held = new HeldStreams<number, Row>(20, 1000);
  for (let number = 0; number < 20; number++) held.add(1, row(`${number}`));
  expect([held.of(1).length, held.isCut(1)]).toEqual([20, false]);
  held.add(1, row('20'));
  expect([held.of(1).length, held.of(1)[0]!.name, held.isCut(1)]).toEqual([18, '3', true]);
});

test('past so many bytes too, and the last segment stays however long', () => {
  const held = new HeldStreams<string, Row>(100, 50);
  for (const name of ['1', '2', '3', '4', '5']) held.add('a', row(name, 10));
  expect([namesOf(held, 'a').length, held.isCut('a')]).toEqual([5, false]);
  held.add('a', row('6', 1));
  expect([namesOf(held, 'a'), held.isCut('a')]).toEqual([['2', '3', '4', '5', '6'], true]);
  held.add('a', row('7', 60));
  expect(namesOf(held, 'a')).toEqual(['7']);
  held.add('b', row('8', 51));
  expect([namesOf(held, 'b'), held.isCut('b')]).toEqual([['8'], true]);
});

test('past the memory for all, the segments of the oldest stream go first, and then what is known of it', () => {
  // a stream takes 250, a segment of 3 bytes 304
  const held = new HeldStreams<string, Row>(100, 1000, 4 * 554);
  for (const key of ['a', 'b', 'c', 'd']) held.add(key, row(key));
  expect(['a', 'b', 'c', 'd'].flatMap((key) => namesOf(held, key))).toEqual(['a', 'b', 'c', 'd']);
  held.add('d', row('e'));
  // 1 of 4 goes: 2216 - 304 + 304, then another: below nine tenths
  expect(['a', 'b', 'c', 'd'].flatMap((key) => namesOf(held, key))).toEqual(['c', 'd', 'e']);
  expect(['a', 'b', 'c', 'd'].map((key) => held.isCut(key))).toEqual([true, true, false, false]);
  held.forget('c');
  held.forget('d');
  // only what is remembered of a and b is there: 500, and there is room for three more
  for (const key of ['f', 'g', 'h']) held.add(key, row(key));
  expect(['f', 'g', 'h'].flatMap((key) => namesOf(held, key))).toEqual(['f', 'g', 'h']);
  expect(held.isCut('a')).toBe(true);
});

test('that streams were cut is forgotten last', () => {
  const held = new HeldStreams<number, Row>(100, 1000, 2000);
  for (let key = 0; key < 12; key++) held.add(key, row(`${key}`));
  const keys = Array.from({ length: 12 }, (_, key) => key);
  expect(keys.filter((key) => held.isCut(key))).toEqual([5, 6, 7, 8, 9, 10, 11]);
  expect(keys.filter((key) => held.of(key).length > 0)).toEqual([]);
});
