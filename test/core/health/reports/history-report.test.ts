import { describe, expect, test } from 'vitest';
import { HistoryReport } from '../../../../src/core/health/reports/history-report.ts';
import type { ProbeReportRow } from '../../../../src/core/record/tables/probe-report.ts';
import { roundOf } from '../../../support/probe-rows.ts';

const START = Date.parse('2026-01-02T03:00:00.000Z');
const MINUTE = 60_000;

type Times = readonly (number | null | undefined)[];

/** The report of rounds at these minutes. */
function reportOf(
  rounds: readonly (readonly [minute: number, times: Times, target?: string])[],
): readonly ProbeReportRow[] {
  const report = new HistoryReport();
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
      known_s: 3600,
      degraded_rounds: 0,
      unknown_rounds: 0,
      sent: 24,
      received: 20,
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
