import { compileThreshold } from '../../core/filter/threshold.ts';
import { exposition } from '../../core/health/reports/exposition.ts';
import { PLUGIN_STATUSES, type PluginReport, pluginReport } from '../../core/health/reports/plugin-report.ts';
import { openMarkdownRenderer } from '../../core/output/markdown.ts';
import type { Format, Renderer, ReportFormat } from '../../core/output/renderer.ts';
import type { Sink } from '../../core/output/sink.ts';
import { numeralsOf, plainNumerals } from '../../core/output/units.ts';
import { type ProbeRow, probe } from '../../core/record/tables/probe.ts';
import { replaceFile } from '../../platform/files/replace-file.ts';
import type { Context } from '../context/context.ts';
import { callerWithGroups } from '../context/lesser-user.ts';
import type { ProbeValues } from './probe-options.ts';

/** Only who writes a report may read it. */
const REPORT_MODE = 0o600;

/** The renderers that only `probe` has; null where a shared one prints. */
export function openProbeOutput(
  context: Context,
  values: ProbeValues,
  format: Format | ReportFormat | null,
): Renderer | null {
  switch (format) {
    case 'nagios':
      return pluginRenderer(context, values);
    case 'prometheus':
      return values.out === null ? expositionRenderer(context.stdout) : silentRenderer();
    case 'markdown':
      return markdownRenderer(context, values);
    case null:
      return values.append === null ? null : silentRenderer();
    default:
      return null;
  }
}

/** For a run whose records go into a file. */
function silentRenderer(): Renderer {
  return {
    mixesTypes: false,
    ownsTerminal: false,
    async write({ rows }) {
      for (const _ of rows); // rows are counted as they are read
    },
    endSnapshot: async () => {},
    end: async () => {},
  };
}

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

function expositionRenderer(sink: Sink): Renderer {
  return atEnd(sink, (rows) => exposition(rows, false));
}

function pluginRenderer(context: Context, { warn, crit }: ProbeValues): Renderer {
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

function markdownRenderer(context: Context, values: ProbeValues): Renderer {
  const numerals = values.lang === null ? plainNumerals : numeralsOf(values.lang);
  const { out } = values;
  if (out === null) return openMarkdownRenderer(context.stdout, !values['no-header'], numerals);
  let text = '';
  const sink: Sink = {
    write(piece) {
      text += piece;
      return undefined;
    },
    writeBytes: () => undefined,
    flush: async () => {},
  };
  const renderer = openMarkdownRenderer(sink, !values['no-header'], numerals);
  return {
    ...renderer,
    async end() {
      await renderer.end();
      await replaceFile(out, text, REPORT_MODE, callerWithGroups(context.env));
    },
  };
}
