import path from 'node:path';
import { usageError } from '../../core/failure.ts';
import { compileFilter } from '../../core/filter/bind.ts';
import type { Now } from '../../core/filter/instant.ts';
import { compileSchedule } from '../../core/health/cron-schedule.ts';
import type { ReportPlan } from '../../core/health/reports/history-report.ts';
import { parseTarget } from '../../core/health/target.ts';
import type { AnyRow, RecordTable } from '../../core/record/table.ts';
import { probe } from '../../core/record/tables/probe.ts';
import { probeOutage } from '../../core/record/tables/probe-outage.ts';
import { probeReport } from '../../core/record/tables/probe-report.ts';
import type { ProbingRequest } from '../../core/sample/probe-sampler.ts';
import { ROUND } from '../../core/sample/round-defaults.ts';
import { askedFormat } from '../listing/listing-plan.ts';
import type { Options } from '../options/option.ts';
import { globalOptions, HISTORY_BYTES, outputOptions } from '../options/shared-options.ts';
import { readSince } from '../options/since.ts';
import { type ProbeValues, probeOptions, repeatsRounds } from './probe-options.ts';

/** Whether a record passes the filter. */
type Keeps = (row: AnyRow) => boolean;

/** Which targets to ask, and where the records go besides the output. */
export interface AskRequest {
  /** Targets as they were typed; an empty list means those of this machine, unless there is a pair. */
  readonly words: readonly string[];
  /** Which addresses are asked; null for all. */
  readonly family: 4 | 6 | null;
  readonly keeps: Keeps;
  readonly probing: Omit<ProbingRequest, 'targets'>;
  readonly files: ProbeFilesRequest;
}

/** Files to which records are written as they come. */
export interface ProbeFilesRequest {
  /** The file to which records are added, and the size at which it becomes FILE.1; null for none. */
  readonly history: { readonly file: string; readonly mostBytes: number } | null;
  /** The file that metrics replace; null for none. */
  readonly exposition: string | null;
  /** Whether there is more than one round. */
  readonly repeats: boolean;
}

/** What to summarise. */
export interface ReportRequest {
  /** A history that --append made. */
  readonly file: string;
  readonly keeps: Keeps;
  readonly plan: ReportPlan;
  /** Which records: spans of time, outages, or both. */
  readonly shows: 'spans' | 'outages' | 'both';
}

/** What cron or systemd should start, and when. */
export interface UnitsRequest {
  readonly of: 'cron' | 'systemd';
  /** A cron expression; null for a run that never ends. */
  readonly schedule: string | null;
  /** The command and its arguments, with full paths of files. */
  readonly words: readonly string[];
  /** The targets that the words name. */
  readonly targets: readonly string[];
  /** The folders of files that the run creates. */
  readonly folders: readonly string[];
}

/** Rejects with a Failure 64 for a wrong filter, target or schedule. */
export async function askRequestOf(values: ProbeValues, words: readonly string[], now: Now): Promise<AskRequest> {
  const { via, direct, schedule, append, out, output } = values;
  const keeps = compileKeeps(values, probe, now);
  const repeats = repeatsRounds(values);
  return {
    words,
    family: values.ipv4 ? 4 : values.ipv6 ? 6 : null,
    keeps,
    probing: {
      count: values.count ?? ROUND.count,
      intervalMs: values.interval ?? ROUND.intervalMs,
      timeoutMs: values.timeout ?? ROUND.timeoutMs,
      everyMs: values.every,
      pair: via === null || direct === null ? null : { via: parseTarget(via), direct: parseTarget(direct) },
      next: schedule === null ? null : await compileSchedule(schedule, now()),
      durationMs: values.duration,
      followsPaths: repeats,
    },
    files: {
      history: append === null ? null : { file: append, mostBytes: values['append-max'] ?? HISTORY_BYTES.probe },
      exposition: output === 'prometheus' ? out : null,
      repeats,
    },
  };
}

/** Throws Failure 64 for a wrong filter or time, and for targets. */
export function reportRequestOf(values: ProbeValues, file: string, words: readonly string[], now: Now): ReportRequest {
  const shows = values.outages ? 'outages' : askedFormat(values) === 'html' ? 'both' : 'spans';
  const keeps = compileKeeps(values, shows === 'outages' ? probeOutage : probeReport, now);
  const { since, window: length, step, total } = values;
  const end = now();
  if (words.length > 0)
    throw usageError(`--report summarises every target in the file, so it takes no target: "${words[0]}"`);
  return {
    file,
    keeps,
    plan: {
      since: since === null ? null : readSince(since, end),
      windows: length === null ? null : { length, step: step ?? length, end },
      // a page begins with all of it
      total: total || shows === 'both',
    },
    shows,
  };
}

export function unitsRequestOf(values: ProbeValues, words: readonly string[]): UnitsRequest {
  const { schedule, via, direct, append, out } = values;
  return {
    of: values['print-cron'] ? 'cron' : 'systemd',
    schedule,
    words: ['probe', ...optionWords(values), ...words],
    targets: [...words, via, direct].filter((word) => word !== null),
    folders: foldersOf([append, out]),
  };
}

function compileKeeps({ filter }: ProbeValues, table: RecordTable, now: Now): Keeps {
  if (filter === null) return () => true;
  const compiled = compileFilter(filter, table, now);
  return (row) => compiled.matches(row);
}

/** Options that say when to run, which is up to cron and systemd. */
const WHEN: ReadonlySet<string> = new Set(['schedule', 'print-cron', 'print-systemd']);

/**
 * The options as they would be typed, with full paths of files: cron and systemd start the program in another folder.
 */
function optionWords(values: ProbeValues): readonly string[] {
  const options: Options = { ...probeOptions, ...outputOptions, ...globalOptions };
  const given = values as Readonly<Record<string, unknown>>;
  return Object.entries(options).flatMap(([name, option]) => {
    const value = given[name];
    if (WHEN.has(name) || value === option.absent || value === undefined) return [];
    if (option.value === null) return [`--${name}`];
    const text = option.write(value);
    const word = option.offers === 'file' && !(name === 'config' && text === 'none') ? path.resolve(text) : text;
    return word.startsWith('-') ? [`--${name}=${word}`] : [`--${name}`, word];
  });
}

function foldersOf(files: readonly (string | null)[]): readonly string[] {
  const folders = files.flatMap((file) => (file === null ? [] : [path.dirname(path.resolve(file))]));
  return [...new Set(folders)];
}
