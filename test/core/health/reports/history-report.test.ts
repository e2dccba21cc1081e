import { describe, expect, test } from 'vitest';
import { HistoryReport, type ReportPlan } from '../../../../src/core/health/reports/history-report.ts';
import type { ProbeReportRow } from '../../../../src/core/record/tables/probe-report.ts';
import { roundOf } from '../../../support/probe-rows.ts';

const START = Date.parse('2026-01-02T03:00:00.000Z');
const MINUTE = 60_000;

type Times = readonly (number | null | undefined)[];

/** The report of rounds at these minutes. */
function reportOf(
  rounds: readonly (readonly [minute: number, times: Times, target?: string])[],
  plan?: ReportPlan,
): readonly ProbeReportRow[] {
  const report = new HistoryReport(plan);
  for (const [minute, times, target = '192.0.2.1'] of rounds)
    report.ingest(roundOf(target, times, { time: new Date(START + minute * MINUTE).toISOString() }));
  return report.rows();
}

test('an hour of a round each five minutes, two of them down', () => {
  const rounds = Array.from({ length: 12 }, (_, index): readonly [number, Times] => [
    index * 5,
    index === 4 || index === 5 ? [null, null] : [10 + index, 20 + index],
  ]);
  expect(reportOf(rounds)).toEqual([
    {
      time: '2026-01-02T03:00:00.000Z',
      target: '192.0.2.1',
      kind: 'icmp',
      rounds: 12,
      availability_pct: 83.333,
      loss_pct: 16.667,
      rtt_avg_ms: 20.7,
      rtt_p95_ms: 26,
      rtt_max_ms: 31,
      outages: 1,
      outage_s: 600,
      longest_outage_s: 600,
      span: 'hour',
      until: '2026-01-02T04:00:00.000Z',
      known_s: 3600,
      degraded_rounds: 0,
      unknown_rounds: 0,
      sent: 24,
      received: 20,
      rtt_p50_ms: 21,
      host: '192.0.2.1',
    },
  ]);
});

test('an outage over the end of an hour is down in both, and counted in the one in which it began', () => {
  const rounds = Array.from({ length: 24 }, (_, index): readonly [number, Times] => [
    index * 5,
    index >= 10 && index < 14 ? [null] : [10],
  ]);
  const [first, second, ...others] = reportOf(rounds);
  expect(others).toEqual([]);
  expect(first).toMatchObject({ outages: 1, outage_s: 600, longest_outage_s: 1200, availability_pct: 83.333 });
  expect(second).toMatchObject({ outages: 0, outage_s: 600, longest_outage_s: 0, availability_pct: 83.333 });
});

describe('what is not known', () => {
  test('rounds that are missing count neither way', () => {
    // the machine was off from 15 to 50
    const [row] = reportOf(
      [0, 5, 10, 50, 55].map((minute): readonly [number, Times] => [minute, [minute === 10 ? null : 9]]),
    );
    expect(row).toMatchObject({ known_s: 1500, outages: 1, outage_s: 300, availability_pct: 80 });
  });

  test('rounds that could not tell neither', () => {
    const [row] = reportOf([
      [0, [9]],
      [5, [undefined]],
      [10, [null]],
      [15, [9]],
    ]);
    expect(row).toMatchObject({ known_s: 900, unknown_rounds: 1, availability_pct: 66.667, sent: 3 });
    const [unknown] = reportOf([
      [0, [undefined]],
      [5, [undefined]],
    ]);
    expect(unknown).toMatchObject({ known_s: 0, availability_pct: null, loss_pct: null, rtt_avg_ms: null });
  });

  test('a single round lasts no time, and still says how it was', () => {
    expect(reportOf([[7, [9, null]]])[0]).toMatchObject({ known_s: 0, availability_pct: 100, degraded_rounds: 1 });
    expect(reportOf([[7, [null]]])[0]).toMatchObject({ outages: 1, outage_s: 0, availability_pct: 0 });
  });
});

test('rows stand by hour and target, whatever the order of the records', () => {
  const rows = reportOf([
    [65, [1], 'tcp://b.example:1'],
    [5, [1], 'tcp://b.example:1'],
    [5, [1], 'a.example'],
    [0, [1], 'a.example'],
  ]);
  expect(rows.map(({ time, target, rounds }) => [time.slice(11, 13), target, rounds])).toEqual([
    ['03', 'tcp://b.example:1', 1],
    ['03', 'a.example', 2],
    ['04', 'tcp://b.example:1', 1],
  ]);
});

/** A round each five minutes from 03:00, two hours long, down from 03:50 to 04:10. */
const TWO_HOURS = Array.from({ length: 24 }, (_, index): readonly [number, Times] => [
  index * 5,
  index >= 10 && index < 14 ? [null] : [index + 1],
]);
const at = (minute: number): number => START + minute * MINUTE;
const iso = (minute: number): string => new Date(at(minute)).toISOString();
const ALL: ReportPlan = { since: null, windows: null, total: false };

describe('since a time', () => {
  const since = (minute: number, rounds = TWO_HOURS, more: Partial<ReportPlan> = {}) =>
    reportOf(rounds, { ...ALL, since: at(minute), ...more });

  test('rounds before it do not count; the hour keeps its name', () => {
    const rows = since(30);
    expect(rows.map(({ time, rounds, known_s }) => [time, rounds, known_s])).toEqual([
      [iso(0), 6, 1800],
      [iso(60), 12, 3600],
    ]);
    expect(rows[0]).toMatchObject({ sent: 6, outages: 1, outage_s: 600, longest_outage_s: 1200, rtt_max_ms: 10 });
  });

  test.each([
    // the round of that moment counts, the one before lasts until then
    [30, 6, 1800],
    [30.001, 5, 1799.94],
    [29.999, 6, 1800.06],
  ])('minute %d: %i rounds', (minute, rounds, known_s) => {
    expect(since(minute)[0]).toMatchObject({ rounds, known_s });
  });

  test('an outage that began before goes on, and began before', () => {
    expect(since(62)).toMatchObject([
      { time: iso(60), rounds: 11, outages: 0, outage_s: 480, longest_outage_s: 0, known_s: 3480 },
    ]);
  });

  test('the last round before lasts until the next, whatever the order of the records', () => {
    expect(since(62, TWO_HOURS.toReversed())).toEqual(since(62));
    expect(since(112)).toMatchObject([{ rounds: 1, known_s: 480, outage_s: 0 }]);
  });

  test('what was long before says nothing of what came after', () => {
    // more than three steps before
    const rounds: typeof TWO_HOURS = [[0, [null]], ...TWO_HOURS.slice(20)];
    expect(since(95, rounds)).toMatchObject([{ rounds: 4, known_s: 1200, outage_s: 0 }]);
  });

  test('nothing since then is no row', () => {
    expect(since(121)).toEqual([]);
    expect(since(121, TWO_HOURS, { total: true })).toEqual([]);
    expect(since(119)).toMatchObject([{ time: iso(60), rounds: 0, known_s: 60, loss_pct: null, rtt_p95_ms: null }]);
  });
});

describe('windows', () => {
  const windows = (length: number, step: number, end: number, more: Partial<ReportPlan> = {}) =>
    reportOf(TWO_HOURS, { ...ALL, windows: { length: length * MINUTE, step: step * MINUTE, end: at(end) }, ...more });

  test('end now, and each as long before the next', () => {
    const rows = windows(50, 50, 110);
    expect(rows).toMatchObject([
      { time: iso(-40), until: iso(10), span: 'window', rounds: 2, known_s: 600, outages: 0 },
      { time: iso(10), until: iso(60), rounds: 10, outages: 1, outage_s: 600, longest_outage_s: 1200 },
      { time: iso(60), until: iso(110), rounds: 10, outages: 0, outage_s: 600, availability_pct: 80 },
    ]);
    expect(rows).toHaveLength(3);
  });

  test('roll by a step', () => {
    expect(
      windows(60, 20, 120).map(({ time, until, rounds, outages, outage_s }) => [
        time,
        until,
        rounds,
        outages,
        outage_s,
      ]),
    ).toEqual([
      [iso(-40), iso(20), 4, 0, 0],
      [iso(-20), iso(40), 8, 0, 0],
      [iso(0), iso(60), 12, 1, 600],
      [iso(20), iso(80), 12, 1, 1200],
      [iso(40), iso(100), 12, 1, 1200],
      [iso(60), iso(120), 12, 0, 600],
    ]);
  });

  test('in which nothing is known have no row, and what is after the present no place', () => {
    expect(windows(10, 10, 200).map(({ time }) => time)).toEqual(
      Array.from({ length: 12 }, (_, index) => iso(index * 10)),
    );
    expect(windows(10, 10, 20).map(({ time }) => time)).toEqual([iso(0), iso(10)]);
    expect(windows(10, 10, -5)).toEqual([]);
  });

  test('only those that are whole since a time', () => {
    expect(windows(60, 60, 120, { since: at(0) }).map(({ time }) => time)).toEqual([iso(0), iso(60)]);
    expect(windows(60, 60, 120, { since: at(0) + 1 }).map(({ time }) => time)).toEqual([iso(60)]);
    expect(windows(60, 60, 120, { since: at(60) + 1 })).toEqual([]);
  });

  test('a hundred thousand are made, one more is refused', () => {
    const plan = (most: number): ReportPlan => ({
      ...ALL,
      windows: { length: MINUTE, step: MINUTE, end: at(most) },
    });
    expect(reportOf([[0, [1]]], plan(100_000))).toHaveLength(1);
    expect(() => reportOf([[0, [1]]], plan(100_001))).toThrow(
      'the report would have more than 100000 rows for a target',
    );
  });
});

describe('a total', () => {
  test('of everything, after the other rows, for each target', () => {
    const rows = reportOf([...TWO_HOURS, [7, [3, null], 'tcp://b.example:1']], { ...ALL, total: true });
    expect(rows.map(({ span, target }) => [span, target])).toEqual([
      ['hour', '192.0.2.1'],
      ['hour', 'tcp://b.example:1'],
      ['hour', '192.0.2.1'],
      ['total', '192.0.2.1'],
      ['total', 'tcp://b.example:1'],
    ]);
    expect(rows[3]).toEqual({
      time: iso(0),
      target: '192.0.2.1',
      kind: 'icmp',
      rounds: 24,
      availability_pct: 83.333,
      loss_pct: 16.667,
      rtt_avg_ms: 12.5,
      rtt_p95_ms: 23,
      rtt_max_ms: 24,
      outages: 1,
      outage_s: 1200,
      longest_outage_s: 1200,
      span: 'total',
      until: iso(120),
      known_s: 7200,
      degraded_rounds: 0,
      unknown_rounds: 0,
      sent: 24,
      received: 20,
      rtt_p50_ms: 10,
      host: '192.0.2.1',
    });
    expect(rows[4]).toMatchObject({ time: iso(7), until: iso(7), rounds: 1, known_s: 0, degraded_rounds: 1 });
  });

  test('since a time begins then', () => {
    const rows = reportOf(TWO_HOURS, { ...ALL, since: at(62), total: true });
    expect(rows.at(-1)).toMatchObject({ span: 'total', time: iso(62), until: iso(120), rounds: 11, outage_s: 480 });
    expect(rows).toHaveLength(2);
  });
});

test('hours of a history of many years are refused, not made', () => {
  const rounds: readonly (readonly [number, Times])[] = [
    [0, [1]],
    [60 * 100_001, [1]],
  ];
  expect(() => reportOf(rounds)).toThrow('the report would have more than 100000 rows for a target');
  expect(reportOf(rounds, { ...ALL, since: at(60 * 100_001) })).toHaveLength(1);
});

test('rows and outages tell by host which of two gateways they are about, by the address that it had last', () => {
  const report = new HistoryReport();
  const time = (minute: number): string => new Date(START + minute * MINUTE).toISOString();
  report.ingest(roundOf('gateway', [1], { time: time(0), host: '192.0.2.1' }));
  report.ingest(roundOf('gateway', [null], { time: time(0), host: 'fd00::1' }));
  report.ingest(roundOf('gateway', [2], { time: time(5), host: '192.0.2.7' }));
  expect(report.rows().map(({ host, rounds }) => [host, rounds])).toEqual([
    ['192.0.2.7', 2],
    ['fd00::1', 1],
  ]);
  expect(report.outages()).toMatchObject([{ target: 'gateway', host: 'fd00::1' }]);
});
