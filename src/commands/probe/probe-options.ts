import { usageError } from '../../core/failure.ts';
import { compileExpectation } from '../../core/filter/expectation.ts';
import { compileThreshold, notPassed } from '../../core/filter/threshold.ts';
import { FORMAT_TRAITS } from '../../core/output/format.ts';
import type { RecordTable } from '../../core/record/table.ts';
import { probe } from '../../core/record/tables/probe.ts';
import { probeReport } from '../../core/record/tables/probe-report.ts';
import type { Claim, ListingValues } from '../listing/command.ts';
import { askedFormat } from '../listing/listing-plan.ts';
import { duration, flag, integer, size, text } from '../options/option.ts';
import { repeatOptions } from '../options/shared-options.ts';

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
  'fail-on': text(
    "Exit 1 when this holds for a record ('loss_pct > 5 or rtt_avg_ms > 100') or for all of them ('count(state == down) > 1'), 3 when that is unknown.",
    { value: 'EXPR' },
  ),
  expect: repeatOptions.expect,
  warn: text('With -o nagios: WARNING when this holds, as with --fail-on; the default is when a target is degraded.', {
    value: 'EXPR',
  }),
  crit: text('With -o nagios: CRITICAL when this holds; the default is when a target is down.', { value: 'EXPR' }),
  out: text('With -o prometheus or -o markdown: replace FILE with the output, as a whole and at once.', {
    value: 'FILE',
    offers: 'file',
  }),
  append: text(
    'Add the records to FILE, one line of JSON each; several runs may do so at once. Nothing is printed unless you ask for a format.',
    { value: 'FILE', offers: 'file' },
  ),
  'append-max': size(
    'With --append: when the file reaches SIZE it becomes FILE.1 and replaces the previous one (10MB).',
  ),
  report: text('Summarise what --append saved in FILE and in FILE.1, by hour and target.', {
    value: 'FILE',
    offers: 'file',
  }),
  'print-cron': flag('Print the crontab(5) line that does this at --schedule, and ask no target.'),
  'print-systemd': flag('Print the systemd units that do this at --schedule, or with --every.'),
};
export type ProbeValues = ListingValues<typeof probeOptions>;

/** The record type that the options ask for. */
export const probeTableOf = ({ report }: ProbeValues): RecordTable => (report === null ? probe : probeReport);

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

/**
 * What must hold for the records: by --fail-on, or else that every target answers as it should. Throws Failure 64 for
 * options that do not fit together.
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
    throw usageError('--out needs -o prometheus or -o markdown', { hint: 'other formats: > FILE' });
  if (values.report !== null) {
    const asking = given(ASKING);
    if (asking !== undefined) throw usageError(`--report asks no targets: --${asking} cannot be used with it`);
    if (traits?.choosesFields === false) throw usageError(`-o ${format} cannot be used with --report`);
  }
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
  return claimOf(values);
}

/** Whether there is more than one round. */
export const repeatsRounds = ({ every, schedule }: ProbeValues): boolean => every !== null || schedule !== null;

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

function claimOf(values: ProbeValues): Claim | null {
  const source = values['fail-on'];
  if (source !== null) {
    if (values.expect !== null)
      throw usageError('--expect (what must hold) and --fail-on (what must not) exclude each other');
    return {
      expectation: notPassed(compileThreshold(source, probeTableOf(values))),
      readsOn: true,
      refuted: `--fail-on holds: ${source}`,
      untold: `--fail-on cannot be decided: ${source}`,
    };
  }
  if (values.report !== null) return null;
  // compared, since a flag alone is not unknown where it is null
  return {
    expectation: compileExpectation('all(ok == true)', probe),
    readsOn: false,
    refuted: 'not every target answers as it should',
    untold: 'it is unknown whether every target answers as it should',
  };
}
