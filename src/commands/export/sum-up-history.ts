import { EXIT, Failure } from '../../core/failure.ts';
import { readRow } from '../../core/record/saved-row.ts';
import { type ConnEventRow, connEvent } from '../../core/record/tables/conn-event.ts';
import type { HistoryKey } from '../../core/record/tables/conn-history.ts';
import { ConnHistory } from '../../core/socket/conn-history.ts';
import type { Context } from '../context/context.ts';
import { isTimeOfRecord, nameOfHistory, readHistory, type Taken } from '../reading/history-lines.ts';

const EVENTS: ReadonlySet<string> = new Set(connEvent.fields.event.values);

/**
 * Sums up a history that `conns --events --append` made. Rejects with a Failure 66 when there is no such file, and 65
 * when it holds no event.
 */
export async function sumUpHistory(
  context: Context,
  file: string,
  by: HistoryKey,
  since: number | null,
): Promise<ConnHistory> {
  const history = new ConnHistory(by, since);
  const records = await readHistory(context, file, (value) => takeEvent(history, value));
  if (records === 0)
    throw new Failure(EXIT.data, `${nameOfHistory(file)} holds no event of a connection`, {
      hint: 'netwatch conns --events --append FILE saves some',
    });
  return history;
}

function takeEvent(history: ConnHistory, value: unknown): Taken {
  const row = readRow(connEvent, value);
  // a record of a type that is none of a history
  if (row === null) return 'later';
  if (typeof row === 'string') return 'none';
  const { event, time } = row as ConnEventRow;
  if ((event as string | null) === null || !isTimeOfRecord(time)) return 'none';
  if (!EVENTS.has(event)) return 'later';
  history.ingest(row as ConnEventRow);
  return 'taken';
}
