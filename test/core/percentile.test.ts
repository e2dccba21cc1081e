import { describe, expect, test } from 'vitest';
import { KeptValues, percentile, rankOf } from '../../src/core/percentile.ts';

const upTo = (count: number): Float64Array => Float64Array.from({ length: count }, (_, index) => index + 1);

test.each([
  // percent, count, the value by nearest rank of 1, 2, 3 …
  [50, 1, 1],
  [50, 2, 1],
  [50, 3, 2],
  [95, 19, 19],
  [95, 20, 19],
  [95, 21, 20],
  [99, 99, 99],
  [99, 100, 99],
  [99, 101, 100],
  [99.9, 1000, 999],
  [99.9, 1001, 1000],
  [100, 7, 7],
  [0.001, 7, 1],
  // 7 / 100 × 100 is above 7 in binary fractions
  [7, 100, 7],
  [14, 50, 7],
  [28, 25, 7],
  [55, 100, 55],
])('p%d of %i values', (percent, count, value) => {
  expect(percentile(upTo(count), percent)).toBe(value);
  expect(rankOf(count, percent)).toBe(value);
});

test('the rank is the definition, for each whole percent and each count', () => {
  const wrong: string[] = [];
  for (let percent = 1; percent <= 100; percent++) {
    for (let count = 1; count <= 250; count++) {
      const rank = rankOf(count, percent);
      const reaches = (least: number): boolean => 100 * least >= percent * count;
      if (!reaches(rank) || (rank > 1 && reaches(rank - 1))) wrong.push(`p${percent} of ${count}: ${rank}`);
    }
  }
  expect(wrong).toEqual([]);
});

describe('values that are kept', () => {
  const keep = (values: readonly number[], room = { left: 1000 }): KeptValues => {
    const kept = new KeptValues(room);
    for (const value of values) kept.add(value);
    return kept;
  };

  test('are sorted as numbers, and more may come after they were asked for', () => {
    const kept = keep([10, 9, 100, 1, -5]);
    expect([50, 95, 20].map((percent) => kept.percentile(percent))).toEqual([9, 100, -5]);
    kept.add(0);
    kept.add(2);
    expect([50, 15, 100].map((percent) => kept.percentile(percent))).toEqual([2, 0, 100]);
  });

  test('without values there is none', () => {
    expect(keep([]).percentile(50)).toBeNull();
  });

  test('as many as there is room for; with one more nothing is known, and the room is given back', () => {
    const room = { left: 5 };
    const kept = keep([5, 4, 3, 2, 1], room);
    expect([kept.percentile(50), room.left]).toEqual([3, 0]);
    kept.add(6);
    expect([kept.percentile(50), room.left]).toEqual([null, 5]);
    kept.add(7);
    expect([kept.percentile(50), room.left]).toEqual([null, 5]);
    expect([keep([8, 9], room).percentile(100), room.left]).toEqual([9, 3]);
  });

  test('sets share their room', () => {
    const room = { left: 3 };
    const first = keep([1, 2], room);
    const second = keep([3, 4], room);
    expect([first.percentile(100), second.percentile(100), room.left]).toEqual([2, null, 1]);
  });
});
