import { usageError } from '../../core/failure.ts';
import { type Snapshot, section } from '../../core/record/table.ts';
import { type ConnRow, conn } from '../../core/record/tables/conn.ts';
import { connSummary } from '../../core/record/tables/conn-summary.ts';
import { ConnSummary } from '../../core/socket/summary.ts';
import type { Context } from '../context/context.ts';
import type { Request } from '../listing/command.ts';
import { openInput } from '../reading/open-input.ts';
import { openKeyLog } from '../reading/open-key-log.ts';
import { loadRecordReader, readSavedRecords } from '../reading/saved-records.ts';
import type { SavedConnRequest } from './conn-request.ts';
import { select } from './conn-selection.ts';

/**
 * Answers the same questions from saved records, or from the flows of a capture. Rejects with a Failure 65, 66, 74 or
 * 77.
 */
export async function* runSaved(context: Context, asked: SavedConnRequest, request: Request): AsyncGenerator<Snapshot> {
  const { file } = asked;
  const { reportGap } = request;
  // loaded here: the code that reads packets is large, and live connections start without it
  const loadCaptureReader = () => import('./captured-conns.ts');
  const keys = asked.keylog === null ? null : await openKeyLog(context, asked.keylog, file === '-');
  const input = await openInput(context, file, async (isCapture) => {
    if (isCapture !== false) await loadCaptureReader();
    if (isCapture !== true) await loadRecordReader();
  });
  if (keys !== null && !input.isCapture) throw usageError(`--keylog needs a capture, and ${file} holds records`);
  await keys?.load();
  const keep = input.isCapture ? asked.keepFlows : asked.keep;
  const summary = asked.summary === null ? null : new ConnSummary(asked.summary);
  let time: string | null = null;
  const batches = input.isCapture
    ? (await loadCaptureReader()).readCapturedConns(
        context,
        file,
        input.source,
        asked.interface,
        keys?.secrets ?? null,
        request,
      )
    : readSavedRecords(context, file, conn, input);
  for await (const batch of batches) {
    const rows = select(batch as readonly ConnRow[], keep);
    if (summary === null) yield [section(conn, rows)];
    else {
      for (const row of rows) {
        time ??= row.time;
        summary.add(row);
      }
    }
  }
  keys?.finish();
  if (summary === null) return;
  yield [section(connSummary, summary.rows(time ?? ''))];
  if (summary.left > 0) {
    await reportGap({ what: 'connection', iface: null, dropped: summary.left, reason: GROUPS, fate: 'left out' });
  }
}

const GROUPS = 'there were too many groups to keep all of them';
