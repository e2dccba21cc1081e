import { expect, test } from 'vitest';
import { Shared } from '../../../src/core/insight/shared.ts';

test('what several rules ask for is made once', () => {
  const shared = new Shared();
  const make = () => ({});
  expect(shared.of(make)).toBe(shared.of(make));
  expect(new Shared().of(make)).not.toBe(shared.of(make));
});

test.each([
  [1000, 1600, false],
  [1000, 1600.5, true],
  // the clock was set back
  [1600, 1000, false],
  [1600.5, 1000, true],
  [Number.NaN, 1000, false],
])('of a live run: what happened at %f is over at %f: %s', (last, at, isOver) => {
  expect(new Shared(600).isOver(last, at)).toBe(isOver);
});

test('of a capture nothing is over', () => {
  expect(new Shared().isOver(0, 1e9)).toBe(false);
});
