import { probeExposition } from '../../core/health/reports/probe-metrics.ts';
import type { Target } from '../../core/health/target.ts';
import { compileJson } from '../../core/output/json.ts';
import { type ProbeRow, probe } from '../../core/record/tables/probe.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { User } from '../../core/system/user.ts';
import { appendLine, openAppended } from '../../platform/files/append-file.ts';
import { prepareToReplace, replaceFile } from '../../platform/files/replace-file.ts';
import type { ProbeFilesRequest } from './probe-request.ts';

/** node_exporter reads the file as another user. */
const EXPOSITION_MODE = 0o644;

/** Files to which records are written as they come. */
export interface ProbeFiles {
  /** `rows` are all new records, `kept` those that pass the filter. Rejects as appendLine and replaceFile do. */
  take(rows: readonly ProbeRow[], kept: readonly ProbeRow[]): Promise<void>;
  end(): Promise<void>;
}

/**
 * The files that were requested, for the records of these targets; they belong to `caller` if that user could have
 * created them. Throws a Failure 73 for one that cannot be written.
 */
export function openProbeFiles(
  { history, exposition, repeats }: ProbeFilesRequest,
  targets: readonly Target[],
  clock: Clock,
  caller: User | null,
): ProbeFiles {
  const writers: ProbeFiles[] = [];
  if (history !== null) writers.push(openHistory(history.file, history.mostBytes, clock, caller));
  if (exposition !== null) writers.push(openExposition(exposition, new Set(targets.map(keyOf)).size, repeats, caller));
  return {
    async take(rows, kept) {
      for (const writer of writers) await writer.take(rows, kept);
    },
    async end() {
      for (const writer of writers) await writer.end();
    },
  };
}

function openHistory(file: string, mostBytes: number, clock: Clock, caller: User | null): ProbeFiles {
  openAppended(file, caller);
  const lineOf = compileJson(probe, Object.keys(probe.fields));
  return {
    async take(_rows, kept) {
      for (const row of kept) await appendLine(file, lineOf(row), mostBytes, clock, caller);
    },
    end: async () => {},
  };
}

/**
 * The last record of each target. The file is not written until every target has been asked once: otherwise some would
 * seem to be gone.
 */
function openExposition(file: string, targets: number, repeats: boolean, caller: User | null): ProbeFiles {
  prepareToReplace(file, caller);
  const last = new Map<string, ProbeRow>();
  const met = new Set<string>();
  const isWhole = (): boolean => met.size >= targets;
  const write = (): Promise<void> =>
    replaceFile(file, probeExposition([...last.values()], repeats), EXPOSITION_MODE, caller);
  return {
    async take(rows, kept) {
      for (const row of rows) met.add(keyOfRow(row));
      for (const row of kept) last.set(keyOfRow(row), row);
      if (repeats && isWhole()) await write();
    },
    async end() {
      // one that was interrupted has not asked all
      if (isWhole()) await write();
    },
  };
}

const keyOf = ({ text, kind, host }: Pick<Target, 'text' | 'kind' | 'host'>): string =>
  JSON.stringify([text, kind, host]);
const keyOfRow = ({ target, kind, host }: ProbeRow): string => keyOf({ text: target, kind, host: host ?? '' });
