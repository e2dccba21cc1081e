import { expect, test } from 'vitest';
import { CounterStarts } from '../../../src/core/delivery/counter-starts.ts';

const starts = (): CounterStarts => new CounterStarts((name) => (name === 'kernel' ? 100 : 1000));
const eth0 = { device: 'eth0' };

test('the first reading has the time of whoever counts, and it stays while the counter grows or stands', () => {
  const one = starts();
  expect([one.startOf('kernel', eth0, 5, 2000), one.startOf('own', {}, 0, 2000)]).toEqual([100, 1000]);
  one.turn(2000);
  expect([one.startOf('kernel', eth0, 5, 3000), one.startOf('own', {}, 1, 3000)]).toEqual([100, 1000]);
});

test('a counter that fell began anew after the reading before, and so did one that appeared', () => {
  const one = starts();
  one.startOf('kernel', eth0, 5, 2000);
  one.turn(2000);
  expect(one.startOf('kernel', eth0, 4, 3000)).toBe(2000);
  expect(one.startOf('kernel', { device: 'tun0' }, 7, 3000)).toBe(2000);
  one.turn(3000);
  expect(one.startOf('kernel', eth0, 6, 4000)).toBe(2000);
});

test('one that was away for a reading begins anew', () => {
  const one = starts();
  one.startOf('kernel', eth0, 5, 2000);
  one.turn(2000);
  one.turn(3000);
  expect(one.startOf('kernel', eth0, 9, 4000)).toBe(3000);
});

test('nothing counts since a time that is still to come: the clock was set back', () => {
  const one = starts();
  one.startOf('own', {}, 5, 2000);
  one.turn(2000);
  expect(one.startOf('own', {}, 6, 500)).toBe(500);
});
