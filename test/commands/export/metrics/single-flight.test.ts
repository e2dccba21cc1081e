import { expect, test } from 'vitest';
import { singleFlight } from '../../../../src/commands/export/metrics/single-flight.ts';

test('many ask and one works; what is older than a second is made anew', async () => {
  let [now, made] = [0, 0];
  const flight = singleFlight({ monotonic: () => now }, 1000, async () => ++made);
  expect(await Promise.all([flight(), flight(), flight()])).toEqual([1, 1, 1]);
  now = 999;
  expect(await flight()).toBe(1);
  now = 1000;
  expect(await flight()).toBe(2);
});

test('who asks every 100 ms for ten seconds gets ten', async () => {
  let [now, made] = [0, 0];
  const flight = singleFlight({ monotonic: () => now }, 1000, async () => ++made);
  for (; now < 10_000; now += 100) await flight();
  expect(made).toBe(10);
});

test('the age counts from the beginning, and who asks while it is made waits for that one', async () => {
  let now = 0;
  const waiting: ((value: string) => void)[] = [];
  const flight = singleFlight(
    { monotonic: () => now },
    1000,
    () => new Promise<string>((resolve) => waiting.push(resolve)),
  );
  const first = flight();
  now = 1500;
  const second = flight();
  waiting[0]!('slow');
  expect(await Promise.all([first, second])).toEqual(['slow', 'slow']);
  const third = flight();
  waiting[1]!('next');
  expect(await third).toBe('next');
});

test('a failure is told to all who wait, and not kept', async () => {
  let made = 0;
  const flight = singleFlight({ monotonic: () => 0 }, 1000, async () => {
    if (++made === 1) throw new Error('no luck');
    return made;
  });
  expect(await Promise.allSettled([flight(), flight()])).toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ]);
  expect(await flight()).toBe(2);
});
