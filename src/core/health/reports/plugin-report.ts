import type { Threshold, ThresholdBound } from '../../filter/threshold.ts';
import { safeText } from '../../output/safe-text.ts';
import { formatterOf } from '../../output/units.ts';
import type { Kind } from '../../record/field.ts';
import { type ProbeRow, probe } from '../../record/tables/probe.ts';

/** Statuses of the Monitoring Plugins API, which are exit statuses, too. */
export const PLUGIN_STATUSES = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;
export type PluginStatus = (typeof PLUGIN_STATUSES)[number];

/** The worst first, as utils_base.c of monitoring-plugins has it (max_state_alt). */
const WORST_FIRST: readonly PluginStatus[] = ['CRITICAL', 'WARNING', 'UNKNOWN', 'OK'];

export interface PluginThresholds {
  /** Without one, a target that is degraded is a warning at least; one that is down is so with any. */
  readonly warn: Threshold | null;
  /** Without one, a target that is down is critical. */
  readonly crit: Threshold | null;
}

export interface PluginReport {
  readonly status: PluginStatus;
  /** `OK - text | performance data`, then a line for each target where there are several. */
  readonly text: string;
}

/**
 * One round as a plugin reports it (Monitoring Plugins Development Guidelines, 2.1 to 2.6). A threshold that cannot be
 * told is UNKNOWN, unless a target is down: then it is CRITICAL, for that is why.
 */
export function pluginReport(rows: readonly ProbeRow[], thresholds: PluginThresholds): PluginReport {
  if (rows.length === 0)
    return { status: 'UNKNOWN', text: 'UNKNOWN - no target was asked, or no result passes the filter\n' };
  const each = rows.map((row) => ({ row, status: statusOf(row, thresholds) }));
  const overall = [statusOfAll(rows, thresholds.crit, 'CRITICAL'), statusOfAll(rows, thresholds.warn, 'WARNING')];
  const status = worstOf([...each.map((one) => one.status), ...overall]);
  const counters = perfData(rows, thresholds);
  const lines = [`${status} - ${summary(each, status)} | ${counters.join(' ')}`];
  if (rows.length > 1) for (const one of each) lines.push(`${one.status}: ${sentence(one.row)}`);
  return { status, text: `${lines.join('\n')}\n` };
}

/** What a plugin says when it failed before it could look. */
export function pluginFailure(message: string): string {
  return `UNKNOWN - ${plain(message)}\n`;
}

/** A target by itself; thresholds over all targets are no matter of one. */
function statusOf(row: ProbeRow, { warn, crit }: PluginThresholds): PluginStatus {
  const isDown = row.state === 'down';
  const critical = crit === null ? isDown : crit.passes === null ? false : (crit.passes(row) ?? (isDown || null));
  if (critical === true) return 'CRITICAL';
  const warning = warn === null ? row.state === 'degraded' || isDown : warn.passes === null ? false : warn.passes(row);
  if (warning === true) return 'WARNING';
  if (warning === null && isDown) return 'CRITICAL';
  if (isDown) return 'WARNING'; // whatever the thresholds are about
  return critical === null || warning === null || row.state === 'unknown' ? 'UNKNOWN' : 'OK';
}

function statusOfAll(rows: readonly ProbeRow[], threshold: Threshold | null, status: PluginStatus): PluginStatus {
  if (threshold === null || threshold.passes !== null) return 'OK';
  const tally = threshold.start();
  for (const row of rows) tally.add(row);
  const passed = tally.holds();
  if (passed === null) return rows.some(({ state }) => state === 'down') ? 'CRITICAL' : 'UNKNOWN';
  return passed ? status : 'OK';
}

function worstOf(statuses: readonly PluginStatus[]): PluginStatus {
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? 'UNKNOWN';
}

interface Judged {
  readonly row: ProbeRow;
  readonly status: PluginStatus;
}

function summary(each: readonly Judged[], status: PluginStatus): string {
  if (each.length === 1) return sentence(each[0]!.row);
  const alike = each.filter((one) => one.status === status);
  const first = alike[0] ?? each.find(({ row }) => row.state !== 'up');
  const states = ['up', 'degraded', 'down', 'unknown'] as const;
  const counts = states.flatMap((state) => {
    const n = each.filter(({ row }) => row.state === state).length;
    return n === 0 ? [] : [`${n} ${state}`];
  });
  const whole = `${each.length} targets: ${counts.join(', ')}`;
  return status === 'OK' || first === undefined ? whole : `${whole}; ${sentence(first.row)}`;
}

const millis = formatterOf('millis');
const percent = formatterOf('percent');

function sentence({ target, state, detail, loss_pct, rtt_avg_ms }: ProbeRow): string {
  const figures = [
    ...(rtt_avg_ms === null ? [] : [`rtt ${millis(rtt_avg_ms)}`]),
    ...(loss_pct === null ? [] : [`loss ${percent(loss_pct)}`]),
  ];
  return plain(`${target} ${state}: ${[detail, ...figures].filter((part) => part !== '').join(', ')}`);
}

/** What is graphed even if no threshold names it. */
const GRAPHED = ['rtt_avg_ms', 'loss_pct'] as const;
const UNITS: Partial<Record<Kind, string>> = { millis: 'ms', percent: '%', bytes: 'B', seconds: 's' };

/** `'label'=value[unit];[warn];[crit];[min];[max]` for each figure; U where it is unknown. */
function perfData(rows: readonly ProbeRow[], { warn, crit }: PluginThresholds): readonly string[] {
  const named = [...(warn?.bounds ?? []), ...(crit?.bounds ?? [])].map(({ field }) => field);
  const fields = [...new Set<string>([...GRAPHED, ...named])];
  const labels = new Set<string>();
  return rows.flatMap((row) =>
    fields.map((field) => {
      const { kind } = probe.fields[field as keyof ProbeRow];
      const start = rows.length === 1 ? field : `${row.target} ${field}`;
      const label = labels.has(start) ? `${row.target} (${row.host ?? row.kind}) ${field}` : start;
      labels.add(start);
      const value = row[field as keyof ProbeRow];
      const figure = typeof value === 'number' ? `${decimal(value)}${UNITS[kind] ?? ''}` : 'U';
      const ranges = [rangeOf(warn?.bounds, field, kind), rangeOf(crit?.bounds, field, kind)];
      const limits = [...ranges, kind === 'number' ? '' : '0', kind === 'percent' ? '100' : ''];
      return `${quoteLabel(label)}=${figure};${limits.join(';')}`.replace(/;+$/, '');
    }),
  );
}

/** The range outside of which, or with @ inside of which, an alert is raised (guidelines, 2.5). */
function rangeOf(bounds: readonly ThresholdBound[] | undefined, field: string, kind: Kind): string {
  const bound = bounds?.find((one) => one.field === field);
  if (bound === undefined) return '';
  const value = decimal(bound.value);
  switch (bound.relation) {
    case '>':
      return kind === 'number' ? `~:${value}` : value;
    case '>=':
      return `@${value}:`;
    case '<':
      return `${value}:`;
    case '<=':
      return `@~:${value}`;
    case '==':
      return `@${value}:${value}`;
  }
}

/** Plugins know no exponents. */
function decimal(value: number): string {
  return String(value).includes('e') ? value.toFixed(6) : String(value);
}

function quoteLabel(label: string): string {
  const safe = plain(label).replaceAll('=', '_').replaceAll("'", "''");
  return /^[\w.:/-]+$/.test(safe) ? safe : `'${safe}'`;
}

/** Text without what ends it in the protocol. */
function plain(text: string): string {
  return safeText(text).replaceAll('|', '/');
}
