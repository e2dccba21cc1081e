import { describe, expect, test } from 'vitest';
import { compileThreshold } from '../../../../src/core/filter/threshold.ts';
import { type PluginStatus, pluginFailure, pluginReport } from '../../../../src/core/health/reports/plugin-report.ts';
import { type ProbeRow, probe } from '../../../../src/core/record/tables/probe.ts';
import { roundOf } from '../../../support/probe-rows.ts';

const GOOD = roundOf('192.0.2.1', [10, 10]);
const LOSSY = roundOf('192.0.2.2', [10, null]);
const DOWN = roundOf('tcp://192.0.2.4:80', [null, null]);
/** It answers each time, with a certificate that is not trusted. */
const REFUSING: ProbeRow = { ...roundOf('tls://192.0.2.6', [10, 10]), ok: false, state: 'down', tls_days: 90 };
const UNKNOWN = roundOf('192.0.2.5', [undefined]);

const report = (rows: readonly ProbeRow[], warn: string | null = null, crit: string | null = null) =>
  pluginReport(rows, {
    warn: warn === null ? null : compileThreshold(warn, probe),
    crit: crit === null ? null : compileThreshold(crit, probe),
  });

test('without a record it cannot be told whether there was none or a filter let none pass', () => {
  expect(report([]).text).toBe('UNKNOWN - no target was asked, or no result passes the filter\n');
});

describe('the status', () => {
  test.each<[readonly ProbeRow[], string | null, string | null, PluginStatus]>([
    [[GOOD], null, null, 'OK'],
    [[LOSSY], null, null, 'WARNING'],
    [[DOWN], null, null, 'CRITICAL'],
    [[UNKNOWN], null, null, 'UNKNOWN'],
    [[], null, null, 'UNKNOWN'],
    // the worst counts, and unknown is less bad than a warning
    [[UNKNOWN, LOSSY, GOOD], null, null, 'WARNING'],
    [[UNKNOWN, DOWN], null, null, 'CRITICAL'],
    [[UNKNOWN, GOOD], null, null, 'UNKNOWN'],
    // a threshold takes the place of its default
    [[LOSSY], 'loss_pct > 80', null, 'OK'],
    [[LOSSY], null, 'loss_pct > 40', 'CRITICAL'],
    [[GOOD], 'rtt_avg_ms > 5', 'rtt_avg_ms > 20', 'WARNING'],
    [[GOOD], 'rtt_avg_ms > 5', 'rtt_avg_ms > 9', 'CRITICAL'],
    // it has no time because it is down
    [[DOWN], 'rtt_avg_ms > 5', 'rtt_avg_ms > 20', 'CRITICAL'],
    [[UNKNOWN], 'rtt_avg_ms > 5', 'rtt_avg_ms > 20', 'UNKNOWN'],
    // it answers, and not as it should: no threshold about something else makes that good
    [[REFUSING], null, null, 'CRITICAL'],
    [[REFUSING], 'tls_days < 14', null, 'CRITICAL'],
    [[REFUSING], null, 'tls_days < 7', 'WARNING'],
    [[REFUSING], 'tls_days < 14', 'tls_days < 7', 'WARNING'],
    [[REFUSING], 'loss_pct > 20', 'tls_days < 91', 'CRITICAL'],
    [[GOOD, DOWN], 'count(state == down) > 1', 'count(state == down) > 2', 'WARNING'],
    [[{ ...GOOD, tls_days: 19.999 }], 'tls_days < 20', null, 'WARNING'],
    [[{ ...GOOD, tls_days: 20 }], 'tls_days < 20', null, 'OK'],
    // thresholds over all targets
    [[GOOD, DOWN], 'count(state == down) > 0', 'count(state == down) > 1', 'WARNING'],
    [[DOWN, DOWN], 'count(state == down) > 0', 'count(state == down) > 1', 'CRITICAL'],
    [[GOOD, GOOD], 'count(state == down) > 0', 'count(state == down) > 1', 'OK'],
    [[GOOD, DOWN], null, 'count(state == down) > 1', 'WARNING'],
    [[DOWN], 'avg(rtt_avg_ms) > 5', 'avg(rtt_avg_ms) > 20', 'CRITICAL'],
    [[UNKNOWN], 'avg(rtt_avg_ms) > 5', 'avg(rtt_avg_ms) > 20', 'UNKNOWN'],
  ])('%#', (rows, warn, crit, status) => {
    const { status: told, text } = report(rows, warn, crit);
    expect(told).toBe(status);
    expect(text.startsWith(`${status} - `)).toBe(true);
  });
});

test('one target is one line, with ranges where thresholds are plain', () => {
  const { text } = report([GOOD], 'rtt_avg_ms > 50 or loss_pct >= 20', 'rtt_avg_ms > 0.1s or loss_pct > 60');
  expect(text).toBe(
    'OK - 192.0.2.1 up: echo reply, rtt 10 ms, loss 0 % | rtt_avg_ms=10ms;50;100;0 loss_pct=0%;@20:;60;0;100\n',
  );
});

test('several targets are a line each after the first, and unknown figures are U', () => {
  const { text } = report([GOOD, DOWN]);
  expect(text.split('\n')).toEqual([
    "CRITICAL - 2 targets: 1 up, 1 down; tcp://192.0.2.4:80 down: no answer, loss 100 % | '192.0.2.1 rtt_avg_ms'=10ms;;;0 '192.0.2.1 loss_pct'=0%;;;0;100 'tcp://192.0.2.4:80 rtt_avg_ms'=U;;;0 'tcp://192.0.2.4:80 loss_pct'=100%;;;0;100",
    'OK: 192.0.2.1 up: echo reply, rtt 10 ms, loss 0 %',
    'CRITICAL: tcp://192.0.2.4:80 down: no answer, loss 100 %',
    '',
  ]);
});

test('ranges say what the comparisons say', () => {
  const range = (crit: string, field: string) =>
    new RegExp(`\\b${field}=[^;]*;;([^;\\s]*)`).exec(
      report([{ ...GOOD, offset_ms: -3, tls_days: 9 }], null, crit).text,
    )?.[1];
  expect(range('rtt_avg_ms > 5', 'rtt_avg_ms')).toBe('5');
  expect(range('rtt_avg_ms >= 5', 'rtt_avg_ms')).toBe('@5:');
  expect(range('tls_days < 14', 'tls_days')).toBe('14:');
  expect(range('tls_days <= 14', 'tls_days')).toBe('@~:14');
  expect(range('offset_ms > 5', 'offset_ms')).toBe('~:5');
  expect(range('hops == 5', 'hops')).toBe('@5:5');
  expect(range('rtt_avg_ms > 5 and loss_pct > 5', 'rtt_avg_ms')).toBe('');
});

test('nothing from outside ends the text, a line or a label', () => {
  const row = { ...GOOD, target: "a|b'c=d", detail: 'x | y=1\nOK - \x1b]0;z' };
  const { text } = report([row, row]);
  const [first = '', ...lines] = text.trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  expect(text).not.toContain('\x1b');
  expect(first.split('|')).toHaveLength(2);
  expect(first).toContain("'a/b''c_d rtt_avg_ms'=10ms");
  // of two with one name the second says its host
  expect(first).toContain("'a/b''c_d (192.0.2.1) rtt_avg_ms'=10ms");
  expect(lines.join()).not.toContain('|');
  expect(pluginFailure('a | b\nc')).toBe('UNKNOWN - a / b\\nc\n');
});
