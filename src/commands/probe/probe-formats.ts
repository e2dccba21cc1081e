import { openTableRenderer } from '../../core/output/table-renderer.ts';
import { probe } from '../../core/record/tables/probe.ts';
import { callerWithGroups } from '../context/lesser-user.ts';
import { type Format, format } from '../listing/format.ts';
import { htmlOf, MARKDOWN, NOTHING, RECORDS, VERTICAL } from '../listing/shared-formats.ts';
import { type probeOptions, repeatsRounds } from './probe-options.ts';

type ProbeFormat = Format<typeof probeOptions>;

/** Loads output code that only some runs need. */
const loadOutput = () => import('./probe-output.ts');

const table: ProbeFormat = format('table', async ({ context, values, tableOptions }) => {
  const options = await tableOptions();
  if (values.report !== null) return openTableRenderer(context.stdout, options);
  const { openProbeTable } = await import('./probe-table.ts');
  return openProbeTable(context, { repeats: repeatsRounds(values), namesFields: values.fields !== null }, options);
});

const markdown: ProbeFormat = format('markdown', async (output) => {
  const { context, values, header, numerals } = output;
  const { out } = values;
  if (out === null) return MARKDOWN.open(output);
  return (await loadOutput()).openMarkdownFile(out, header, numerals, callerWithGroups(context.env));
});

const nagios: ProbeFormat = format(
  'nagios',
  async ({ context, values: { warn, crit } }) =>
    (await loadOutput()).openPlugin(context.stdout, { warn, crit }, context.clock.now),
  { tables: [probe], excludes: { 'fail-on': '--crit EXPR', expect: '--crit EXPR' } },
);

const prometheus: ProbeFormat = format(
  'prometheus',
  // with --out they go into the file, round by round (probe-files.ts)
  async (output) =>
    output.values.out === null ? (await loadOutput()).openProbeMetrics(output.context.stdout) : NOTHING.open(output),
  { tables: [probe] },
);

const html: ProbeFormat = htmlOf<typeof probeOptions>('Probes, redacted', ({ report }) => `Probes: ${report}`, {
  outages: 'a report shows them anyway',
});

/**
 * For a run that only adds to a history: prints no records, but says at the end which targets do not answer as they should, for
 * what cron mails should name them. Nothing where other conditions were given, or where rounds repeat.
 */
export const HISTORY_ALONE: ProbeFormat = {
  ...NOTHING,
  open: (output) => {
    const { context, values } = output;
    const nothing = NOTHING.open(output);
    if (values.expect !== null || values['fail-on'] !== null || repeatsRounds(values)) return nothing;
    return loadOutput().then(({ openFaults }) => openFaults(context.say));
  },
};

/** The formats of `netwatch probe`. */
export const PROBE_FORMATS: readonly ProbeFormat[] = [
  table,
  ...Object.values(RECORDS),
  VERTICAL,
  markdown,
  html,
  nagios,
  prometheus,
];
