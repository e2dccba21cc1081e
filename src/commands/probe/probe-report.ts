import { EXIT, Failure } from '../../core/failure.ts';
import { HistoryReport, type ReportPlan } from '../../core/health/reports/history-report.ts';
import { readRow } from '../../core/record/saved-row.ts';
import { type RecordTable, type Snapshot, section } from '../../core/record/table.ts';
import { type ProbeRow, probe } from '../../core/record/tables/probe.ts';
import { type ProbeOutageRow, probeOutage } from '../../core/record/tables/probe-outage.ts';
import type { ProbeReportRow } from '../../core/record/tables/probe-report.ts';
import type { Context } from '../context/context.ts';
import { isTimeOfRecord, nameOfHistory, readHistory } from '../reading/history-lines.ts';
import type { ReportRequest } from './probe-request.ts';

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
  const keyOf = ({ target, kind, host }: ProbeReportRow | ProbeOutageRow): string =>
    JSON.stringify([target, kind, host]);
  const shown = new Set(rows.map(keyOf));
  const outages = report.outages().filter((outage) => shown.has(keyOf(outage)));
  return [{ table, rows }, section(probeOutage, outages)];
}

/**
 * Summarises a history that `--append` made, together with FILE.1, the file before it. Lines that hold no record are
 * reported and skipped. Rejects with a Failure 66 when there is no such file, and 65
 * when it holds no record.
 */
async function reportOf(context: Context, file: string, plan: ReportPlan): Promise<HistoryReport> {
  const report = new HistoryReport(plan);
  const records = await readHistory(context, file, (value) => {
    const row = readRow(probe, value);
    if (row === null || typeof row === 'string' || !isRound(row as ProbeRow)) return 'none';
    report.ingest(row as ProbeRow);
    return 'taken';
  });
  if (records === 0)
    throw new Failure(EXIT.data, `${nameOfHistory(file)} holds no probe record`, {
      hint: 'netwatch probe --append FILE saves some',
    });
  return report;
}

/** Whether a row has everything that a report needs. */
function isRound({ time, target, kind, state, sent, received }: ProbeRow): boolean {
  const known = [time, target, kind, state, sent, received] as readonly unknown[];
  return known.every((value) => value !== null) && isTimeOfRecord(time);
}
