import { expect, test } from 'vitest';
import { gather, restWhenOver, type Slices, takeSteps } from '../../src/core/slices.ts';

/** Slices of so many questions each, and how often others could work. */
function slicesOf(questions: number) {
  let left = questions;
  const counted = { rests: 0 };
  const slices: Slices = {
    begin() {
      left = questions;
    },
    isOver: () => --left <= 0,
    rest: async () => void counted.rests++,
  };
  return { slices, counted };
}

test('items are gathered in their order, with a rest where a slice is over', async () => {
  const items = Array.from({ length: 100 }, (_, index) => index);
  const { slices, counted } = slicesOf(2);
  expect(await gather(items, slices)).toEqual(items);
  expect(counted.rests).toBe(3);
  expect(await gather(items, null)).toEqual(items);
});

test('without slices, all items are taken before anybody else works', async () => {
  let isDone = false;
  const items = function* (): Iterable<number> {
    for (let item = 0; item < 100; item++) yield item;
    isDone = true;
  };
  const gathered = gather(items(), null);
  expect(isDone).toBe(true);
  expect(await gathered).toHaveLength(100);
});

test('steps are asked one by one whether a slice is over, and their result is kept', async () => {
  const steps = function* (): Generator<void, string> {
    yield;
    yield;
    yield;
    return 'done';
  };
  const { slices, counted } = slicesOf(1);
  expect([await takeSteps(steps(), slices), counted.rests]).toEqual(['done', 3]);
  expect(await takeSteps(steps(), null)).toBe('done');
});

test('another slice begins after a rest', async () => {
  const { slices, counted } = slicesOf(2);
  for (let asked = 0; asked < 4; asked++) await restWhenOver(slices);
  expect(counted.rests).toBe(2);
});
