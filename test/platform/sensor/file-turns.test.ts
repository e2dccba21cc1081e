import { expect, test } from 'vitest';
import { FileTurns } from '../../../src/platform/sensor/file-turns.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

test('the first packet begins the first file, whatever the ends', () => {
  for (const ends of [
    { bytes: null, seconds: null },
    { bytes: 10, seconds: null },
    { bytes: null, seconds: 10 },
  ]) {
    const turns = new FileTurns(ends, virtualClock());
    expect([turns.isBegun, turns.isDue(0)]).toEqual([false, true]);
    turns.begin();
    expect([turns.isBegun, turns.isDue(0)]).toEqual([true, false]);
  }
});

test('a file is full when it has the size, not before', () => {
  const turns = new FileTurns({ bytes: 1000, seconds: null }, virtualClock());
  turns.begin();
  expect([999, 1000, 1001].map((size) => turns.isDue(size))).toEqual([false, true, true]);
});

test('a file is old by a clock that never jumps', async () => {
  const clock = virtualClock();
  const turns = new FileTurns({ bytes: null, seconds: 10 }, clock);
  turns.begin();
  clock.set(Date.parse('2030-01-01T00:00:00Z'));
  await clock.pass(9_999);
  expect(turns.isDue(1e12)).toBe(false);
  await clock.pass(1);
  expect(turns.isDue(0)).toBe(true);
  turns.begin();
  expect(turns.isDue(0)).toBe(false);
});
