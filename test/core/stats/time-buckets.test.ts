import { describe, expect, test } from 'vitest';
import { PktapOwners } from '../../../src/core/packet/packet-owners.ts';
import type { Loss, StatisticsRun } from '../../../src/core/stats/statistic.ts';
import { openTime } from '../../../src/core/stats/time.ts';
import { rowsBetween, TimeBuckets } from '../../../src/core/stats/time-buckets.ts';
import { Packet } from '../../../src/core/wire/packet.ts';

const filled = (numbers: readonly number[], most?: number): TimeBuckets => {
  const buckets = new TimeBuckets(most);
  for (const number of numbers) buckets.add(number, 100, 17);
  return buckets;
};
const listed = (numbers: readonly number[], mostEmpty?: number): number[][] =>
  [...rowsBetween(filled(numbers), mostEmpty).rows()].map(({ bucket, packets }) => [bucket, packets]);

test('what is counted', () => {
  const buckets = new TimeBuckets();
  for (const [bytes, transport] of [
    [60, 6],
    [1500, 6],
    [80, 17],
    [42, 1],
  ] as const)
    buckets.add(-3, bytes, transport);
  expect([...buckets.filled()]).toEqual([{ bucket: -3, packets: 4, bytes: 1682, tcp: 2, udp: 1 }]);
});

test('in the order of time, whichever they came in, and none twice', () => {
  const numbers = [0, 2 ** 32, 15, 16, -1, -(2 ** 32), -16, -17, 2 ** 32 + 1, 2 ** 36, 1e12, 0, 1e12, -17];
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  expect([...filled(numbers).filled()].map(({ bucket }) => bucket)).toEqual(sorted);
  expect([...filled(numbers).filled()].reduce((sum, { packets }) => sum + packets, 0)).toBe(numbers.length);
});

test('more pages than there is room for are not counted', () => {
  const buckets = new TimeBuckets(2);
  expect([0, 100, 200, 1, 101, 201, -1].map((bucket) => buckets.add(bucket, 1, 6))).toEqual([
    true,
    true,
    false,
    true,
    true,
    false,
    false,
  ]);
  expect([...buckets.filled()].map(({ bucket }) => bucket)).toEqual([0, 1, 100, 101]);
});

test('numbers that are not apart any more are not counted', () => {
  expect(
    [2 ** 53 - 1, 2 ** 53, -(2 ** 53), Number.POSITIVE_INFINITY].map((one) => new TimeBuckets().add(one, 1, 6)),
  ).toEqual([true, false, false, false]);
});

test('a million side by side, and as many pages as that apart', () => {
  const buckets = new TimeBuckets();
  for (let number = 0; number < 1 << 20; number++) buckets.add(number, 1, 6);
  expect([buckets.add((1 << 20) - 1, 1, 6), buckets.add(1 << 20, 1, 6)]).toEqual([true, false]);
});

describe('empty ones are listed', () => {
  test('between the first and the last, and nowhere else', () => {
    expect(listed([7, 5, 7, 10])).toEqual([
      [5, 1],
      [6, 0],
      [7, 2],
      [8, 0],
      [9, 0],
      [10, 1],
    ]);
    expect(listed([])).toEqual([]);
    expect(rowsBetween(filled([])).first).toBe(0);
    expect(rowsBetween(filled([-2, 7])).first).toBe(-2);
  });

  test('but for the longest runs, where there are more than a limit', () => {
    // runs of 1, 3, 2 and 3 empty ones
    const numbers = [0, 2, 6, 9, 13];
    const left = (most: number) => {
      const { rows, leftOut } = rowsBetween(filled(numbers), most);
      return [[...rows()].length, leftOut];
    };
    expect([9, 8, 3, 2, 1, 0].map(left)).toEqual([
      [14, 0],
      [8, 6],
      [8, 6],
      [6, 8],
      [6, 8],
      [5, 9],
    ]);
    expect(listed(numbers, 3).map(([bucket]) => bucket)).toEqual([0, 1, 2, 6, 7, 8, 9, 13]);
  });

  test('a day of seconds and more', () => {
    expect(listed([0, 86_399])).toHaveLength(86_400);
    expect(listed([0, 100_001])).toHaveLength(100_002);
    expect(listed([0, 100_002])).toHaveLength(2);
  });
});

describe('what is not listed is said', () => {
  const lossesOf = (seconds: readonly number[]): readonly Loss[] => {
    const statistic = openTime({ bucketMs: 1000, owners: new PktapOwners() });
    for (const one of seconds) statistic.ingest!(Object.assign(new Packet(), { seconds: one, nanoseconds: 0 }));
    statistic.sections(null as unknown as StatisticsRun);
    return statistic.losses!();
  };

  test('nothing, of what is near', () => {
    expect(lossesOf([0, 1000, 10])).toEqual([]);
  });

  test('how many empty rows a leap would have', () => {
    expect(lossesOf([0, 1_700_000_000])).toEqual([
      {
        what: 'empty time_bucket record',
        count: 1_699_999_999,
        fate: 'left out',
        reason: 'nothing was captured in them for long, or a clock leapt',
      },
    ]);
  });

  test('how many packets were not counted', () => {
    expect(lossesOf([0, 1e19, 1, 1e19])).toEqual([
      {
        what: 'packet',
        count: 2,
        fate: 'left out of --by time',
        reason: 'their times are too far apart, or in too many places; --bucket makes rows wider',
      },
    ]);
  });
});
