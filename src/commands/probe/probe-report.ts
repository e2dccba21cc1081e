import { EXIT, Failure } from '../../core/failure.ts';
import { HistoryReport, type ReportPlan } from '../../core/health/reports/history-report.ts';
import { readRow } from '../../core/record/saved-row.ts';
import { type ProbeRow, probe } from '../../core/record/tables/probe.ts';
import type { ProbeReportRow } from '../../core/record/tables/probe-report.ts';
import type { Context } from '../context/context.ts';
import { readHistory } from '../reading/history-lines.ts';

/**
 * Summarises a history that `--append` made, together with FILE.1, the file before it. Lines that hold no record are
 * reported and skipped. Rejects with a Failure 64 for more rows
 * than a report has, 66 when there is no such file, and 65 when it holds no record.
 */
export async function reportOf(context: Context, file: string, plan: ReportPlan): Promise<readonly ProbeReportRow[]> {
  const report = new HistoryReport(plan);
  const records = await readHistory(context, file, (value) => {
    const row = readRow(probe, value);
    if (row === null || typeof row === 'string' || !isRound(row as ProbeRow)) return 'none';
    report.ingest(row as ProbeRow);
    return 'taken';
  });
  if (records === 0)
    throw new Failure(EXIT.data, `${file} holds no probe record`, { hint: 'netwatch probe --append FILE saves some' });
  return report.rows();
}

/** Whether a row has everything that a report needs. */
function isRound({ time, target, kind, state, sent, received }: ProbeRow): boolean {
  const known = [time, target, kind, state, sent, received] as readonly unknown[];
  return known.every((value) => value !== null) && !Number.isNaN(Date.parse(time));
}
