import type { Now } from '../../core/filter/instant.ts';
import { compileThreshold } from '../../core/filter/threshold.ts';
import { PLUGIN_STATUSES, type PluginReport, pluginReport } from '../../core/health/reports/plugin-report.ts';
import { probeExposition } from '../../core/health/reports/probe-metrics.ts';
import { openMarkdownRenderer } from '../../core/output/markdown.ts';
import type { Renderer } from '../../core/output/renderer.ts';
import { safeText } from '../../core/output/safe-text.ts';
import type { Sink } from '../../core/output/sink.ts';
import type { Numerals } from '../../core/output/units.ts';
import { type ProbeRow, probe } from '../../core/record/tables/probe.ts';
import type { User } from '../../core/system/user.ts';
import { prepareToReplace, replaceFile } from '../../platform/files/replace-file.ts';

/** Only the user who writes a report may read it. */
const REPORT_MODE = 0o600;

/** Collects the records of a round, and prints them at the end. */
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

/** Says at the end which targets do not answer as they should, or whose state is unknown: `tcp://db:5432 down: connection refused`. */
export function openFaults(say: (line: string) => void): Renderer {
  const faults: string[] = [];
  return {
    mixesTypes: false,
    ownsTerminal: false,
    async write({ table, rows }) {
      for (const row of rows) {
        const { target, ok, state, detail } = row as ProbeRow;
        if (table === probe && ok !== true) faults.push(safeText(`${target} ${state}: ${detail}`));
      }
    },
    endSnapshot: async () => {},
    async end() {
      for (const fault of faults) say(fault);
    },
  };
}

/** Metrics of the round. */
export function openProbeMetrics(sink: Sink): Renderer {
  return atEnd(sink, (rows) => probeExposition(rows, false));
}

/** When a plugin warns and when it is critical, as expressions; null for the default. */
export interface PluginThresholds {
  readonly warn: string | null;
  readonly crit: string | null;
}

/**
 * The round as a monitoring plugin reports it; the exit status is that of the report. Throws Failure 64 for a wrong
 * expression.
 */
export function openPlugin(sink: Sink, { warn, crit }: PluginThresholds, now: Now): Renderer {
  const thresholds = {
    warn: warn === null ? null : compileThreshold(warn, probe, now),
    crit: crit === null ? null : compileThreshold(crit, probe, now),
  };
  let report: PluginReport | null = null;
  const renderer = atEnd(sink, (rows) => {
    report = pluginReport(rows, thresholds);
    return report.text;
  });
  return { ...renderer, status: () => PLUGIN_STATUSES.indexOf(report?.status ?? 'UNKNOWN') };
}

/**
 * A table of the records that replaces a file at the end; the file belongs to `caller` if that user could have created
 * it. Throws a Failure 73 for one that cannot be written.
 */
export function openMarkdownFile(file: string, header: boolean, numerals: Numerals, caller: User | null): Renderer {
  prepareToReplace(file, caller);
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
      await replaceFile(file, text, REPORT_MODE, caller);
    },
  };
}
