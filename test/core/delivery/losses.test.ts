import { expect, test } from 'vitest';
import { Losses } from '../../../src/core/delivery/losses.ts';

test('what is missing one after another for one reason is one entry, however many there are', () => {
  const losses = new Losses();
  for (let number = 10; number < 1_000_000; number++) losses.add(number, number, 'full');
  losses.add(1_000_000, 1_000_000, 'broken');
  expect(losses.countIn(0, 2_000_000)).toBe(999_991);
  expect(losses.countIn(20, 29)).toBe(10);
  expect([losses.reasonIn(0, 9), losses.reasonIn(5, 10), losses.reasonIn(1_000_000, 1_000_000)]).toEqual([
    null,
    'full',
    'broken',
  ]);
});

test('what made room swallows the losses before it, and what was told is forgotten', () => {
  const losses = new Losses();
  losses.add(3, 4, 'full');
  losses.add(8, 9, 'full');
  losses.merge(1, 5, 'made room');
  expect([losses.countIn(1, 20), losses.reasonIn(3, 3), losses.reasonIn(8, 8)]).toEqual([7, 'made room', 'full']);
  losses.forget(5);
  expect([losses.countIn(1, 20), losses.reasonIn(1, 5)]).toEqual([2, null]);
});
