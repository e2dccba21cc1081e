import { expect, test } from 'vitest';
import { HOUR_MS, HourOfValues, STEP_MS } from '../../../../src/commands/export/metrics/hour.ts';
import { hourPicture } from '../../../../src/commands/export/metrics/hour-picture.ts';
import { LastHour } from '../../../../src/commands/export/metrics/last-hour.ts';

test('an hour is kept and no more, and names that are gone make room', () => {
  const hour = new HourOfValues();
  for (let at = 0; at <= 2 * HOUR_MS; at += STEP_MS) hour.add('a', at, at);
  const points = hour.of('a', 2 * HOUR_MS);
  expect(points).toHaveLength(HOUR_MS / STEP_MS);
  expect(points.at(-1)).toEqual({ agoMs: 0, value: 2 * HOUR_MS });
  expect(points[0]).toEqual({ agoMs: HOUR_MS - STEP_MS, value: HOUR_MS + STEP_MS });
  for (let i = 0; i < 1000; i++) hour.add(`b${i}`, 2 * HOUR_MS, 1);
  expect(hour.of('b298', 2 * HOUR_MS)).toHaveLength(1);
  expect(hour.of('b299', 2 * HOUR_MS)).toEqual([]);
  hour.add('c', 4 * HOUR_MS, 1);
  expect(hour.of('c', 4 * HOUR_MS)).toHaveLength(1);
  expect(hour.of('a', 4 * HOUR_MS)).toEqual([]);
});

const counted = (name: string, rx: number | null) => ({ name, rx_bytes: rx, tx_bytes: 0 }) as never;

test('rates are between two looks, and unknown where a counter is, or begins anew', () => {
  const hour = new LastHour();
  for (const [at, bytes] of [1000, 4000, null, 100, 50].entries())
    hour.takeInterfaces([counted('eth0', bytes)], at * 1000);
  expect(hour.received('eth0', 4000).map(({ value }) => value)).toEqual([3000, null, null, null]);
  expect(hour.sent('eth0', 4000).map(({ value }) => value)).toEqual([0, 0, 0, 0]);
});

test('a picture has a line for each run of values, and says in words what it shows', () => {
  const at = (agoSteps: number, value: number | null) => ({ agoMs: agoSteps * STEP_MS, value });
  const line = { name: 'time', points: [at(20, 2), at(19, 4), at(18, null), at(10, 1), at(0, 3)] };
  const { text } = hourPicture([line], (value) => `${value} ms`);
  expect(text).toContain('<title>time: at most 4 ms, now 3 ms</title>');
  const path = /class="line line-0" d="([^"]*)"/.exec(text)![1]!;
  expect(path).toBe('M219.2 18h.01L220.2 2M229.1 26h.01M239 10h.01');
  expect(hourPicture([], String).text).toBe('<span class="faint">no value yet</span>');
});
