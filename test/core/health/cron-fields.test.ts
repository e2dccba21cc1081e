import { describe, expect, test } from 'vitest';
import { calendarEvents } from '../../../src/core/health/cron-fields.ts';
import { compileSchedule } from '../../../src/core/health/cron-schedule.ts';
import { runTool, toolIsMissing } from '../../support/tool.ts';

const PATTERNS = [
  '*/5 * * * *',
  '3 8-18/2 * jan,mar mon-fri',
  '0 0 13 * fri',
  '30 2 1-31/2 */3 7',
  '1,5,9 0 * * sun',
  '7-59/20 4 * * *',
  '0 0 1 1 *',
  '59 23 31 12 0',
  '* * * * *',
  '@hourly',
  '@daily',
  '@weekly',
  '@monthly',
  '@annually',
];

test('as systemd.time(7) writes it', () => {
  expect(calendarEvents('*/5 * * * *')).toEqual(['*-*-* *:00/5:00']);
  expect(calendarEvents('0 9 * * mon-fri')).toEqual(['Mon,Tue,Wed,Thu,Fri *-*-* 09:00:00']);
  // one of both is enough
  expect(calendarEvents('0 0 13 * 5')).toEqual(['*-*-13 00:00:00', 'Fri *-*-* 00:00:00']);
});

test.each([
  ['61 * * * *', 0, 2],
  ['* 24 * * *', 2, 2],
  ['0 0 L * *', 4, 1],
  ['0 0 0 * *', 4, 1],
  ['0 0 * 13 *', 6, 2],
  ['0 0 * * mon#1', 8, 5],
  ['5-1 * * * *', 0, 3],
  ['*/0 * * * *', 0, 3],
  ['1,,2 * * * *', 0, 4],
  ['* * *', 0, 5],
])('%s is refused with its place', (source, column, length) => {
  expect(() => calendarEvents(source)).toThrow(
    expect.objectContaining({ exit: 64, place: { text: source, column, length } }),
  );
});

describe.skipIf(toolIsMissing('systemd-analyze'))('systemd means the moments that the schedule does', () => {
  const FROM = '2026-02-26 22:58:30';
  const elapses = (event: string): readonly number[] => {
    const { stdout, status, stderr } = runTool(
      'systemd-analyze',
      ['calendar', '--iterations=8', `--base-time=${FROM} UTC`, event],
      { TZ: 'UTC', LC_ALL: 'C' },
    );
    expect([status, stderr]).toEqual([0, '']);
    return [...stdout.matchAll(/(?:Next elapse|Iter\. #\d+|Iteration #\d+): \w+ (\S+ \S+) UTC/g)].map(([, at]) =>
      Date.parse(`${at}Z`),
    );
  };

  test.each(PATTERNS)('%s', async (source) => {
    const next = await compileSchedule(source, Date.parse(`${FROM}Z`));
    const wanted: number[] = [];
    for (let at = Date.parse(`${FROM}Z`); wanted.length < 8; wanted.push(at)) at = next(at)!;
    const found = [...new Set(calendarEvents(source).flatMap(elapses))].sort((a, b) => a - b);
    const iso = (times: readonly number[]): readonly string[] =>
      times.slice(0, 8).map((at) => new Date(at).toISOString());
    expect(iso(found)).toEqual(iso(wanted));
  });
});
