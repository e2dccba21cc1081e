import { expect, test } from 'vitest';
import { RecentLooks } from '../../../src/core/insight/recent-looks.ts';

/** The look that is compared with, and the seconds since, after looks at these seconds. */
function after(...instants: readonly number[]) {
  const [begin, ...others] = instants;
  const looks = new RecentLooks(begin!, begin!);
  for (const at of others) looks.take(at, at);
  return [looks.first, looks.last, looks.seconds];
}

test('the first look, for ten minutes', () => {
  expect(after(7)).toEqual([7, 7, 0]);
  expect(after(7, 12)).toEqual([7, 12, 5]);
  expect(after(0, 60, 600)).toEqual([0, 600, 600]);
  expect(after(0, 60, 601)).toEqual([60, 601, 541]);
});

test('looks that are further apart are compared with the one before', () => {
  expect(after(0, 900)).toEqual([0, 900, 900]);
  expect(after(0, 900, 1800)).toEqual([900, 1800, 900]);
});

test('looks that are close together are not all remembered', () => {
  expect(after(0, ...Array.from({ length: 661 }, (_, at) => at))).toEqual([60, 660, 600]);
  expect(after(0, 59, 601)).toEqual([0, 601, 601]);
});
