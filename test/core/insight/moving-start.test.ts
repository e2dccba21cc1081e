import { expect, test } from 'vitest';
import { CounterGrowth } from '../../../src/core/insight/counter-growth.ts';
import { MovingStart } from '../../../src/core/insight/moving-start.ts';

/** What a counter that grows by one each second was at the start, at looks every so many seconds, and how that is said. */
function starts(every: number, looks: number, jumps: Readonly<Record<number, number>> = {}) {
  const start = new MovingStart(0, 0);
  let wall = 0;
  return Array.from({ length: looks }, (_, index) => {
    const now = every * (index + 1);
    wall += jumps[now] ?? 0;
    if (jumps[now] !== undefined) start.clockJumped(jumps[now]);
    start.take(now, now + wall);
    return [start.value, start.timeText(now + wall)];
  });
}

test('growth is that since the first look, then of five to ten minutes', () => {
  const all = starts(1, 1200);
  expect(all.slice(0, 599).every(([value, text]) => value === 0 && String(text).startsWith('in '))).toBe(true);
  expect([all[599], all[898], all[899]]).toEqual([
    [300, 'in 5m00s'],
    [300, 'in 9m59s'],
    [600, 'in 5m00s'],
  ]);
});

test('or since the look before, when looks are rare', () => {
  expect(starts(3600, 3)).toEqual([
    [0, 'in 1h00m'],
    [3600, 'in 1h00m'],
    [7200, 'in 1h00m'],
  ]);
});

test.each([86_400, -86_400])('a clock that is set by %i seconds is left out', (by) => {
  expect(starts(1, 1200, { 400: by })).toEqual(starts(1, 1200));
});

test('counters that stand still have not grown any more after ten minutes', () => {
  const growth = new CounterGrowth(['a']);
  const look = (value: number, at: number) => {
    growth.take([{ name: 'a', value }], at);
    return growth.grown('a');
  };
  expect([look(5, 0), look(9, 60), look(9, 599), look(9, 600)]).toEqual([0, 4, 4, 4]);
  expect([look(9, 899), growth.timeText()]).toEqual([0, 'in 5m00s']);
});
