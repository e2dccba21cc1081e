import { compileThreshold } from '../../core/filter/threshold.ts';
import { PLUGIN_STATUSES, type PluginReport, pluginReport } from '../../core/health/reports/plugin-report.ts';
import { probeExposition } from '../../core/health/reports/probe-metrics.ts';
import { openMarkdownRenderer } from '../../core/output/markdown.ts';
import type { Renderer } from '../../core/output/renderer.ts';
import type { Sink } from '../../core/output/sink.ts';
import { type ProbeRow, probe } from '../../core/record/tables/probe.ts';
import { replaceFile } from '../../platform/files/replace-file.ts';
import { callerWithGroups } from '../context/lesser-user.ts';
import type { Output } from '../listing/format.ts';
import { NOTHING } from '../listing/shared-formats.ts';
import type { probeOptions } from './probe-options.ts';

type ProbeOutput = Output<typeof probeOptions>;

/** Only who writes a report may read it. */
const REPORT_MODE = 0o600;

/** Gathers the records of a round, and prints them at the end. */
function atEnd(sink: Sink, print: (rows: readonly ProbeRow[]) => string): Renderer {
  const gathered: ProbeRow[] = [];
  return {
    mixesTypes: false,
    ownsTerminal: false,
    async write({ table, rows }) {
      if (table !== probe) return; // hops of a trace are nothing to these
      for (const row of rows) gathered.push(row as ProbeRow);
    },
    endSnapshot: async () => {},
    async end() {
      await sink.write(print(gathered));
      await sink.flush();
    },
  };
}

/** Metrics of the round on stdout; with --out they go into the file, round by round (probe-files.ts). */
export function openProbeMetrics(output: ProbeOutput): Renderer | Promise<Renderer> {
  if (output.values.out !== null) return NOTHING.open(output);
  return atEnd(output.context.stdout, (rows) => probeExposition(rows, false));
}

/** The round as a monitoring plugin reports it; the exit status is that of the report. */
export function openPlugin({ context, values: { warn, crit } }: ProbeOutput): Renderer {
  const thresholds = {
    warn: warn === null ? null : compileThreshold(warn, probe),
    crit: crit === null ? null : compileThreshold(crit, probe),
  };
  let report: PluginReport | null = null;
  const renderer = atEnd(context.stdout, (rows) => {
    report = pluginReport(rows, thresholds);
    return report.text;
  });
  return { ...renderer, status: () => PLUGIN_STATUSES.indexOf(report?.status ?? 'UNKNOWN') };
}

/** A table on stdout, or with --out in the place of a file. */
export function openProbeMarkdown({ context, values: { out }, header, numerals }: ProbeOutput): Renderer {
  if (out === null) return openMarkdownRenderer(context.stdout, header, numerals);
  let text = '';
  const sink: Sink = {
    write(piece) {
      text += piece;
      return undefined;
    },
    writeBytes: () => undefined,
    flush: async () => {},
  };
  const renderer = openMarkdownRenderer(sink, header, numerals);
  return {
    ...renderer,
    async end() {
      await renderer.end();
      await replaceFile(out, text, REPORT_MODE, callerWithGroups(context.env));
    },
  };
}
