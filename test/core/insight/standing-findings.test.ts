import { expect, test } from 'vitest';
import { StandingFindings } from '../../../src/core/insight/standing-findings.ts';
import type { InsightRow } from '../../../src/core/record/tables/insight.ts';

const row = (subject: string, changes: Partial<InsightRow> = {}): InsightRow => ({
  ...{ time: null, rule: 'udp_drops', severity: 'warn', confidence: 'high', summary: '', evidence: [], since: null },
  ...{ advice: '', source: 'rules' },
  subject,
  ...changes,
});
const at = (second: number) => `2026-01-02T03:04:0${second}.000Z`;

/** Subject, and since when, of what holds and of what is new. */
function take(findings: StandingFindings, second: number, ...rows: readonly InsightRow[]) {
  const look = findings.take(rows, at(second), second > 0);
  const shown = (those: readonly InsightRow[]) => those.map(({ subject, since }) => [subject, since]);
  return { rows: shown(look.rows), fresh: shown(look.fresh) };
}

test('a finding holds since the first look that had it, and is new there only', () => {
  const findings = new StandingFindings();
  expect(take(findings, 1, row('a'))).toEqual({ rows: [['a', at(1)]], fresh: [['a', at(1)]] });
  expect(take(findings, 2, row('a'), row('b'))).toEqual({
    rows: [
      ['a', at(1)],
      ['b', at(2)],
    ],
    fresh: [['b', at(2)]],
  });
  expect(take(findings, 3, row('b'))).toEqual({ rows: [['b', at(2)]], fresh: [] });
  expect(take(findings, 4, row('a'))).toEqual({ rows: [['a', at(4)]], fresh: [['a', at(4)]] });
});

test('what a look found that nobody was told of is new at the next, and holds since then', () => {
  const findings = new StandingFindings();
  take(findings, 0, row('a'));
  expect(take(findings, 1, row('a')).fresh).toEqual([['a', at(0)]]);
  expect(take(findings, 2, row('a')).fresh).toEqual([]);
});

test('what the rule knows of the time, as long as it is not later than before', () => {
  const findings = new StandingFindings();
  expect(take(findings, 5, row('a', { since: at(4) })).rows).toEqual([['a', at(4)]]);
  expect(take(findings, 6, row('a', { since: at(5) })).rows).toEqual([['a', at(4)]]);
  expect(take(findings, 7, row('a', { since: at(2) })).rows).toEqual([['a', at(2)]]);
});

test('what becomes graver is new, what becomes less grave is not', () => {
  const findings = new StandingFindings();
  take(findings, 1, row('a'));
  expect(take(findings, 2, row('a', { severity: 'error' })).fresh).toEqual([['a', at(1)]]);
  expect(take(findings, 3, row('a', { severity: 'note' })).fresh).toEqual([]);
});

test('rules, and findings of one subject, are told apart', () => {
  const findings = new StandingFindings();
  take(findings, 1, row('a'));
  expect(take(findings, 2, row('a'), row('a', { rule: 'resets' })).fresh).toEqual([['a', at(2)]]);
  expect(take(findings, 3, row('a'), row('a'), row('a', { rule: 'resets' })).fresh).toEqual([['a', at(3)]]);
});
