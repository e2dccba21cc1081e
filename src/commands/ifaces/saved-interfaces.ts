import type { Snapshot } from '../../core/record/table.ts';
import type { Context } from '../context/context.ts';
import { openInput } from '../reading/open-input.ts';
import { loadRecordReader, readSavedRecords } from '../reading/saved-records.ts';
import { compileTest, type IfaceRequest, tableOf } from './iface-request.ts';

/** The same from saved records. */
export async function* readSavedInterfaces(
  context: Context,
  file: string,
  asked: IfaceRequest,
): AsyncGenerator<Snapshot> {
  const table = tableOf(asked);
  const keeps = compileTest(asked);
  const input = await openInput(context, file, loadRecordReader);
  for await (const rows of readSavedRecords(context, file, table, input)) yield [{ table, rows: rows.filter(keeps) }];
}
