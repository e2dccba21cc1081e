import { describe, expect, test } from 'vitest';
import { compileThreshold, notPassed } from '../../../src/core/filter/threshold.ts';
import type { ProbeRow } from '../../../src/core/record/tables/probe.ts';
import { probe } from '../../../src/core/record/tables/probe.ts';
import { roundOf } from '../../support/probe-rows.ts';
import { failureOf } from './failing.ts';

const GOOD = roundOf('192.0.2.1', [10, 10, 10, 10]);
const LOSSY = roundOf('192.0.2.2', [10, null, 10, null]);
const SLOW = roundOf('192.0.2.3', [200, 200, 200, 200]);
const DOWN = roundOf('192.0.2.4', [null, null, null, null]);
const UNKNOWN = roundOf('192.0.2.5', [undefined, undefined]);

function passed(source: string, rows: readonly ProbeRow[]): boolean | null {
  const tally = compileThreshold(source, probe).start();
  for (const row of rows) tally.add(row);
  return tally.holds();
}

const EITHER = 'loss_pct > 5 or rtt_avg_ms > 100';

test.each<[string, readonly ProbeRow[], boolean | null]>([
  [EITHER, [GOOD], false],
  [EITHER, [GOOD, LOSSY], true],
  [EITHER, [GOOD, SLOW], true],
  // without a time the loss says it
  [EITHER, [DOWN], true],
  [EITHER, [UNKNOWN], null],
  // one that certainly passes decides, whatever the others would have said
  [EITHER, [UNKNOWN, SLOW], true],
  [EITHER, [UNKNOWN, GOOD], null],
  [EITHER, [], null],
  ['loss_pct > 5 and rtt_avg_ms > 100', [DOWN], null],
  ['loss_pct > 5 and rtt_avg_ms > 100', [GOOD], false],
  ['rtt_avg_ms > 100', [DOWN], null],
  ['not rtt_avg_ms <= 100', [DOWN], null],
  ['state in {down, unknown}', [UNKNOWN], true],
  ['ok == false', [UNKNOWN], null],
  ['ok == false', [LOSSY], true],
  ['down', [GOOD, DOWN], true],
  ['rtt_avg_ms > 0.1s', [SLOW], true],
  ['count(state == down) > 1', [GOOD, DOWN], false],
  ['count(state == down) > 1', [DOWN, DOWN], true],
  ['count(rtt_avg_ms > 100) > 0', [GOOD, DOWN], null],
  ['avg(rtt_avg_ms) > 100', [GOOD, SLOW], true],
  ['(count(state == down) > 1 or max(loss_pct) > 40)', [LOSSY], true],
  ['count() < 1', [], null],
  ['p95(rtt_avg_ms) > 100', [GOOD, SLOW], true],
  ['p50(rtt_avg_ms) > 100', [GOOD, SLOW], false],
  ['p50(rtt_avg_ms) > 100', [DOWN], null],
  ['P99.9(rtt_avg_ms) > 100', [SLOW], true],
])('%s of %#', (source, rows, outcome) => {
  expect(passed(source, rows)).toBe(outcome);
  const expectation = notPassed(compileThreshold(source, probe)).start();
  for (const row of rows) expectation.add(row);
  expect(expectation.holds()).toBe(outcome === null ? null : !outcome);
});

test('it says what was found', () => {
  const tally = compileThreshold(EITHER, probe).start();
  expect(tally.explain()).toBe('there are no records');
  tally.add(UNKNOWN);
  expect(tally.explain()).toBe('it cannot be told for 1 of 1 records');
  tally.add(LOSSY);
  tally.add(GOOD);
  expect(tally.explain()).toBe('it holds for 1 of 3 records');
});

describe('what is wrong is pointed at', () => {
  test.each([
    ['los_pct > 5', 0, 7],
    ['loss_pct > 5 or rtt > 100', 16, 3],
    ['loss_pct > fast', 11, 4],
    ['loss_pct > 5 rtt_avg_ms', 13, 10],
    ['count(stat == down) > 1', 6, 4],
    ['donw', 0, 4],
    ['count(state == down)', 20, 1],
  ])('%s', (source, column, length) => {
    const failure = failureOf(() => compileThreshold(source, probe));
    expect(failure.place).toEqual({ text: source, column, length });
  });
});

test('comparisons that pass it alone are its bounds, in the unit of the field', () => {
  const bounds = (source: string) =>
    compileThreshold(source, probe).bounds.map(({ field, relation, value }) => `${field} ${relation} ${value}`);
  expect(bounds('loss_pct > 5 or rtt_avg_ms >= 0.1s')).toEqual(['loss_pct > 5', 'rtt_avg_ms >= 100']);
  expect(bounds('tls_days < 14')).toEqual(['tls_days < 14']);
  for (const source of [
    'loss_pct > 5 and hops > 3',
    'not hops > 3',
    'hops != 3',
    'down',
    'avg(hops) > 3',
    'hops == null',
  ])
    expect(bounds(source), source).toEqual([]);
});

test.each<[string, readonly ProbeRow[], boolean | null]>([
  [EITHER, [], false],
  [EITHER, [UNKNOWN], null],
  [EITHER, [GOOD], false],
  [EITHER, [SLOW], true],
  ['count() < 1', [], true],
  ['count(state == down) > 1', [], false],
  ['avg(rtt_avg_ms) > 100', [], null],
  ['p95(rtt_avg_ms) > 100', [], null],
])('where none is an answer: %s of %#', (source, rows, outcome) => {
  const tally = compileThreshold(source, probe, undefined, true).start();
  for (const row of rows) tally.add(row);
  expect(tally.holds()).toBe(outcome);
});

test('relative times count from the clock that is passed in', () => {
  const present = (): number => Date.parse(GOOD.time) + 60_000;
  for (const [source, outcome] of [
    ['time < -59s', true],
    ['time < -60s', false],
    ['count(time < -59s) > 0', true],
    ['count(time < -60s) > 0', false],
  ] as const) {
    const tally = compileThreshold(source, probe, present).start();
    tally.add(GOOD);
    expect(tally.holds(), source).toBe(outcome);
  }
  expect(failureOf(() => compileThreshold('time < -59s', probe)).message).toContain('there is no clock here');
});
