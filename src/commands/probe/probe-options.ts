import { usageError } from '../../core/failure.ts';
import { compileExpectation } from '../../core/filter/expectation.ts';
import { FORMAT_TRAITS } from '../../core/output/format.ts';
import type { RecordTable } from '../../core/record/table.ts';
import { probe } from '../../core/record/tables/probe.ts';
import { probeOutage } from '../../core/record/tables/probe-outage.ts';
import { probeReport } from '../../core/record/tables/probe-report.ts';
import type { Claim, ListingValues } from '../listing/command.ts';
import { askedFormat } from '../listing/listing-plan.ts';
import { duration, flag, integer, period, text } from '../options/option.ts';
import { redactOptions } from '../options/redact-options.ts';
import {
  expectOptionsOf,
  historyOptionsOf,
  numericOptions,
  placeOptions,
  repeatOptions,
} from '../options/shared-options.ts';

/** The options of `netwatch probe`. */
export const probeOptions = {
  count: integer('Probes of each target in a round (3).', { least: 1, most: 100_000 }, { short: 'c' }),
  interval: duration('Time between two probes of a round (1s).'),
  timeout: duration('How long to wait for the answer to a probe (2s).'),
  ipv4: flag('Ask by IPv4 only.', { short: '4' }),
  ipv6: flag('Ask by IPv6 only.', { short: '6' }),
  every: duration('Begin a round every D, until --duration or Ctrl-C.'),
  via: text('Ask TARGET, behind a tunnel, and report how much more it takes than the target of --direct.', {
    value: 'TARGET',
  }),
  direct: text('With --via: the target outside the tunnel, asked in the same rounds.', { value: 'TARGET' }),
  schedule: text("Begin a round whenever this cron expression says, in the time zone of the machine: '*/5 * * * *'.", {
    value: 'CRON',
  }),
  duration: repeatOptions.duration,
  ...expectOptionsOf({ expect: 'all(rtt_avg_ms < 100)', failOn: 'loss_pct > 5 or rtt_avg_ms > 100' }),
  warn: text('With -o nagios: WARNING when this holds, as with --fail-on; the default is when a target is degraded.', {
    value: 'EXPR',
  }),
  crit: text('With -o nagios: CRITICAL when this holds; the default is when a target is down.', { value: 'EXPR' }),
  out: text('With -o html, -o prometheus or -o markdown: replace FILE with the output, as a whole and at once.', {
    value: 'FILE',
    offers: 'file',
  }),
  ...historyOptionsOf('10MB'),
  report: text('Summarise what --append saved in FILE and in FILE.1, by hour and target.', {
    value: 'FILE',
    offers: 'file',
  }),
  ...placeOptions,
  ...redactOptions,
  ...numericOptions,
  since: text(
    'With --report: only what was found since TIME: a length of time before now (24h, 30d), or a time (2026-01-02, 2026-01-02T03:00).',
    { value: 'TIME' },
  ),
  window: period(
    'With --report: rows of windows of D that end now, D earlier, and so on, instead of hours by the clock.',
  ),
  step: period('With --window: windows that end each D instead, so that they overlap: --window 24h --step 1h.'),
  total: flag('With --report: after the other rows, a row for each target about all of the report.'),
  outages: flag('With --report: each outage, with its length and cause, instead of how targets were.'),
  force: flag('With -o html --out: replace FILE even if it is no report.'),
  'print-cron': flag(
    'Print the crontab(5) line that does this at --schedule and mails on failure only, and ask no target.',
  ),
  'print-systemd': flag('Print the systemd units that do this at --schedule, or with --every.'),
};
export type ProbeValues = ListingValues<typeof probeOptions>;

/** The record type that the options ask for. */
export const probeTableOf = (values: ProbeValues): RecordTable =>
  values.report === null ? probe : reportTableOf(values);

/** The same with totals among the rows: a narrow table still tells them from the others. */
const probeReportWithTotals: typeof probeReport = {
  ...probeReport,
  fields: { ...probeReport.fields, span: { ...probeReport.fields.span, priority: 1 } },
};

/** The record type of a report. */
export const reportTableOf = ({ total, outages }: Pick<ProbeValues, 'total' | 'outages'>): RecordTable =>
  outages ? probeOutage : total ? probeReportWithTotals : probeReport;

/** Options about asking targets, which do not go with a report of what was saved. */
const ASKING = [
  ...([
    'count',
    'interval',
    'timeout',
    'ipv4',
    'ipv6',
    'every',
    'schedule',
    'duration',
    'append',
    'append-max',
    'warn',
    'crit',
    'via',
    'direct',
  ] as const),
  ...(['print-cron', 'print-systemd'] as const),
];

const everyTargetAnswers = (): Claim => ({
  // compared, since a flag alone is not unknown where it is null
  expectation: compileExpectation('all(ok == true)', probe),
  readsOn: false,
  refuted: 'not every target answers as it should',
  untold: 'it is unknown whether every target answers as it should',
});

/**
 * What must hold for the records when nobody says: every target answers as it should. Throws Failure 64 for options that
 * do not fit together.
 */
export function probeClaim(values: ProbeValues): Claim | null {
  const format = askedFormat(values);
  const traits = format === null ? null : FORMAT_TRAITS[format];
  const given = (names: readonly (keyof ProbeValues)[]): string | undefined =>
    names.find((name) => values[name] !== null && values[name] !== false);
  const repeats = repeatsRounds(values) && !values['print-cron'] && !values['print-systemd'];
  if (values.every !== null && values.schedule !== null) throw usageError('--every and --schedule exclude each other');
  if (values.duration !== null && !repeatsRounds(values)) throw usageError('--duration needs --every or --schedule');
  if (values.ipv4 && values.ipv6) throw usageError('--ipv4 and --ipv6 exclude each other');
  refuseUnprintable(values);
  if ((values.via === null) !== (values.direct === null)) throw usageError('--via and --direct must be given together');
  if (values.via !== null && values.via === values.direct)
    throw usageError(`--via and --direct are the same: "${values.via}"`);
  if (values['append-max'] !== null && values.append === null) throw usageError('--append-max needs --append');
  if (values.out !== null && traits?.goesIntoFile !== true)
    throw usageError('--out needs -o html, -o prometheus or -o markdown', { hint: 'other formats: > FILE' });
  if (values.out !== null && values.redact !== null && format === 'prometheus')
    throw usageError('--redact is for what is printed, not for the file of -o prometheus --out', { hint: '> FILE' });
  if (values.force && (values.out === null || format !== 'html')) throw usageError('--force needs -o html --out FILE');
  const reporting = given(['since', 'window', 'step', 'total', 'outages']);
  if (reporting !== undefined && values.report === null) throw usageError(`--${reporting} needs --report`);
  const spans = values.outages ? given(['window', 'step', 'total']) : undefined;
  if (spans !== undefined) throw usageError(`--outages and --${spans} exclude each other`);
  refuseWindows(values);
  if (values.report !== null) {
    const asking = given(ASKING);
    if (asking !== undefined) throw usageError(`--report asks no targets: --${asking} cannot be used with it`);
    if (traits?.choosesFields === false && format !== 'html')
      throw usageError(`-o ${format} cannot be used with --report`);
  }
  if (format === 'html' && values.report === null)
    throw usageError('-o html makes a report of a history', { hint: 'netwatch probe --report FILE -o html' });
  if (traits?.repeats === false && repeats && values.out === null) {
    if (!traits.goesIntoFile) throw usageError(`-o ${format} prints one ${traits.of} only`);
    throw usageError(`-o ${format} with several rounds needs --out FILE`, {
      hint: 'stdout can hold the metrics or the table of one round only',
    });
  }
  if (traits?.hasStatus === true) return null;
  const threshold = given(['warn', 'crit']);
  if (threshold !== undefined)
    throw usageError(`--${threshold} needs -o nagios`, { hint: '--fail-on EXPR for an exit status alone' });
  return values.report === null ? everyTargetAnswers() : null;
}

/** Whether there is more than one round. */
export const repeatsRounds = ({ every, schedule }: ProbeValues): boolean => every !== null || schedule !== null;

/** A round counts in each window that it is in. */
const MOST_OVERLAPS = 1000;

/** Throws Failure 64 for windows that overlap too often, or leave time out. */
function refuseWindows({ window, step }: ProbeValues): void {
  if (step === null) return;
  if (window === null) throw usageError('--step needs --window', { hint: '--window 24h --step 1h' });
  if (step > window) throw usageError('--step is longer than --window, and would leave time out');
  if (window / step > MOST_OVERLAPS) throw usageError(`--step must be at least a ${MOST_OVERLAPS}th of --window`);
}

/** Throws Failure 64 for a run that cron or systemd cannot start: it must either end or never end. */
function refuseUnprintable(values: ProbeValues): void {
  const isCron = values['print-cron'];
  if (!isCron && !values['print-systemd']) return;
  if (isCron && values['print-systemd']) throw usageError('--print-cron and --print-systemd exclude each other');
  const name = isCron ? 'print-cron' : 'print-systemd';
  if (isCron ? values.schedule === null : !repeatsRounds(values))
    throw usageError(`--${name} needs --schedule`, { hint: `netwatch probe --schedule '*/5 * * * *' --${name}` });
  if (values.duration !== null) throw usageError(`--duration cannot be used with --${name}`);
}
