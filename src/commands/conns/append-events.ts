import { compileJson } from '../../core/output/json.ts';
import type { Snapshot } from '../../core/record/table.ts';
import { connEvent } from '../../core/record/tables/conn-event.ts';
import { appendLine, openAppended } from '../../platform/files/append-file.ts';
import type { Context } from '../context/context.ts';
import { callerWithGroups } from '../context/lesser-user.ts';
import type { EventHistory } from './event-history.ts';

/** As much text as is written at once. */
const PIECE = 256 * 1024;

/**
 * The same snapshots, whose events are in the history before they are printed. The file is there before the first look, as
 * an event may take hours. Rejects as appendLine does.
 */
export async function* appendEvents(
  { clock, env }: Context,
  snapshots: AsyncIterable<Snapshot>,
  { file, mostBytes, keeps }: EventHistory,
): AsyncGenerator<Snapshot> {
  const caller = callerWithGroups(env);
  openAppended(file, caller);
  const lineOf = compileJson(connEvent, Object.keys(connEvent.fields));
  const write = (lines: readonly string[]): Promise<void> =>
    appendLine(file, lines.join('\n'), mostBytes, clock, caller);
  for await (const snapshot of snapshots) {
    const read = snapshot.map((one) => ({ ...one, rows: [...one.rows] }));
    let lines: string[] = [];
    let length = 0;
    for (const { table, rows } of read) {
      if (table !== connEvent) continue;
      for (const row of rows) {
        if (!keeps(row)) continue;
        const line = lineOf(row);
        lines.push(line);
        length += line.length;
        if (length < PIECE) continue;
        await write(lines);
        lines = [];
        length = 0;
      }
    }
    if (lines.length > 0) await write(lines);
    yield read;
  }
}
