import { openTableRenderer } from '../../core/output/table-renderer.ts';
import { probe } from '../../core/record/tables/probe.ts';
import { type Format, format } from '../listing/format.ts';
import { RECORDS } from '../listing/shared-formats.ts';
import type { probeOptions } from './probe-options.ts';

type ProbeFormat = Format<typeof probeOptions>;

/** What only some runs print with is loaded by them. */
const loadOutput = () => import('./probe-output.ts');

const table: ProbeFormat = format('table', async ({ context, values, tableOptions }) => {
  const options = await tableOptions();
  if (values.report !== null) return openTableRenderer(context.stdout, options);
  const { openProbeTable } = await import('./probe-table.ts');
  return openProbeTable(context, values, options);
});

const markdown: ProbeFormat = format('markdown', async (output) => (await loadOutput()).openProbeMarkdown(output));

const nagios: ProbeFormat = format('nagios', async (output) => (await loadOutput()).openPlugin(output), {
  tables: [probe],
  excludes: { 'fail-on': '--crit EXPR', expect: '--crit EXPR' },
});

const prometheus: ProbeFormat = format('prometheus', async (output) => (await loadOutput()).openProbeMetrics(output), {
  tables: [probe],
});

/** The formats of `netwatch probe`. */
export const PROBE_FORMATS: readonly ProbeFormat[] = [table, ...Object.values(RECORDS), markdown, nagios, prometheus];
