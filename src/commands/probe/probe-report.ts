import fs from 'node:fs';
import { EXIT, Failure, reasonOf } from '../../core/failure.ts';
import { HistoryReport, type ReportPlan } from '../../core/health/reports/history-report.ts';
import { formatNumberOf } from '../../core/output/units.ts';
import { readRow } from '../../core/record/saved-row.ts';
import { type RecordTable, type Snapshot, section } from '../../core/record/table.ts';
import { type ProbeRow, probe } from '../../core/record/tables/probe.ts';
import { type ProbeOutageRow, probeOutage } from '../../core/record/tables/probe-outage.ts';
import type { ProbeReportRow } from '../../core/record/tables/probe-report.ts';
import { rotatedName } from '../../platform/files/append-file.ts';
import type { Context } from '../context/context.ts';
import { shedPrivileges } from '../reading/shed-privileges.ts';
import type { ReportRequest } from './probe-request.ts';

/** A record takes 2 KiB; a longer line than this is not a record, and is not parsed. */
const LONGEST_LINE = 1024 * 1024;

/** What could be read of a history. */
interface Lines {
  records: number;
  /** The number of lines that hold no record, except the last. */
  broken: number;
  /** Whether the last line ends without a line feed: its writer was interrupted. */
  isTorn: boolean;
}

/** The records of a history that were requested. Rejects as reportOf does, and with a Failure 64 for too many rows. */
export async function sectionsOf(
  context: Context,
  { file, keeps, plan, shows }: ReportRequest,
  table: RecordTable,
): Promise<Snapshot> {
  const report = await reportOf(context, file, plan);
  if (shows === 'outages') return [section(probeOutage, report.outages().filter(keeps))];
  const rows = report.rows().filter(keeps);
  if (shows === 'spans') return [{ table, rows }];
  const keyOf = ({ target, kind }: ProbeReportRow | ProbeOutageRow): string => JSON.stringify([target, kind]);
  const shown = new Set(rows.map(keyOf));
  const outages = report.outages().filter((outage) => shown.has(keyOf(outage)));
  return [{ table, rows }, section(probeOutage, outages)];
}

/**
 * Summarises a history that `--append` made, together with FILE.1, the file before it. Lines that hold no record are
 * reported and skipped. Rejects with a Failure 66 when there is no such file, and 65
 * when it holds no record.
 */
export async function reportOf(context: Context, file: string, plan: ReportPlan): Promise<HistoryReport> {
  const report = new HistoryReport(plan);
  const current = open(file);
  const before = openIfThere(rotatedName(file));
  // it may just have been turned away: then both are the same
  const isSame = before !== null && fs.fstatSync(before).ino === fs.fstatSync(current).ino;
  await shedPrivileges(context);
  let records = 0;
  for (const [fd, name] of [
    [isSame ? null : before, rotatedName(file)],
    [current, file],
  ] as const) {
    if (fd === null) continue;
    const lines = await readLines(fd, name, report);
    records += lines.records;
    if (lines.broken > 0) context.say(`${name}: skipped ${formatNumberOf(lines.broken, 'line')} without a record`);
    if (lines.isTorn) context.say(`${name}: the last line is cut short, so it was skipped`);
  }
  if (isSame) fs.closeSync(before);
  if (records === 0)
    throw new Failure(EXIT.data, `${file} holds no probe record`, { hint: 'netwatch probe --append FILE saves some' });
  return report;
}

function open(file: string): number {
  try {
    const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    if (fs.fstatSync(fd).isFile()) return fd;
    fs.closeSync(fd);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    throw new Failure(
      isMissing ? EXIT.noInput : code === 'EACCES' ? EXIT.noPermission : EXIT.io,
      `${file}: ${reasonOf(error)}`,
    );
  }
  throw new Failure(EXIT.noInput, `${file} is a folder, a device or a pipe, not a file`);
}

function openIfThere(file: string): number | null {
  try {
    return open(file);
  } catch {
    return null;
  }
}

async function readLines(fd: number, name: string, report: HistoryReport): Promise<Lines> {
  const lines: Lines = { records: 0, broken: 0, isTorn: false };
  for await (const { text, isWhole } of linesOf(fd, name)) {
    if (text === '') continue;
    const row = text === null ? null : parse(text);
    if (row !== null) {
      // a last line without its line feed may be whole all the same
      report.ingest(row);
      lines.records++;
    } else if (isWhole) lines.broken++;
    else lines.isTorn = true;
  }
  return lines;
}

/** The lines of a file, null for one that is too long; the last may lack its line feed. Closes the file. */
async function* linesOf(
  fd: number,
  name: string,
): AsyncGenerator<{ readonly text: string | null; readonly isWhole: boolean }> {
  let pending = '';
  let isTooLong = false;
  try {
    for await (const chunk of fs.createReadStream(name, { fd, start: 0, encoding: 'utf8' })) {
      const pieces = (pending + chunk).split('\n');
      pending = pieces.pop()!;
      for (const text of pieces) {
        yield { text: isTooLong ? null : text, isWhole: true };
        isTooLong = false;
      }
      if (pending.length > LONGEST_LINE) {
        isTooLong = true;
        pending = '';
      }
    }
  } catch (error) {
    throw new Failure(EXIT.io, `${name} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
  if (pending !== '' || isTooLong) yield { text: isTooLong ? null : pending, isWhole: false };
}

function parse(line: string): ProbeRow | null {
  if (line.length > LONGEST_LINE) return null;
  try {
    const row = readRow(probe, JSON.parse(line));
    return row === null || typeof row === 'string' ? null : isRound(row as ProbeRow) ? (row as ProbeRow) : null;
  } catch {
    return null;
  }
}

/** Whether a row has everything that a report needs. */
function isRound({ time, target, kind, state, sent, received }: ProbeRow): boolean {
  const known = [time, target, kind, state, sent, received] as readonly unknown[];
  return known.every((value) => value !== null) && !Number.isNaN(Date.parse(time));
}
