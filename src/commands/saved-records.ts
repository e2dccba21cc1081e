import fs from 'node:fs';
import type { Readable } from 'node:stream';
import { EXIT, Failure, messageOf } from '../core/failure.ts';
import { readRow } from '../core/record/saved-row.ts';
import type { AnyRow, RecordTable } from '../core/record/table.ts';
import type { Context } from './context.ts';

/** Rows that go to the renderer together: small enough to keep memory flat, big enough to cost nothing. */
const BATCH_ROWS = 512;
/** A record takes 2 KiB; a line past this is no record, and must not fill memory. An option of split2, below ndjson. */
const LINE_BOUND = { maxLength: 1024 * 1024 };

/**
 * Records that `--json` printed earlier, of one type, as batches. Records of other types are passed over and counted on
 * stderr. Throws Failure 66 when there is no such file and 65 when a line is not a record of ours.
 */
export async function* readSavedRecords(
  context: Context,
  file: string,
  table: RecordTable,
): AsyncGenerator<readonly AnyRow[]> {
  // imported here: only a run that reads records pays for the parser
  const { default: ndjson } = await import('ndjson');
  const input = openInput(file);
  const parser = ndjson.parse({ strict: true, ...LINE_BOUND });
  input.on('error', (error) => parser.destroy(error));
  context.signal.addEventListener('abort', () => input.destroy(), { once: true });
  let line = 0;
  let others = 0;
  let batch: AnyRow[] = [];
  try {
    for await (const value of input.pipe(parser)) {
      line++;
      const row = readRow(table, value);
      if (row === null) others++;
      else if (typeof row === 'string') throw new Failure(EXIT.data, `${file}: record ${line}: ${row}`);
      else batch.push(row);
      if (batch.length >= BATCH_ROWS) {
        yield batch;
        batch = [];
      }
    }
  } catch (error) {
    throw asFailure(error, file, line);
  }
  if (others > 0) context.say(`${file}: ${others} records of other types than ${table.type} were passed over`);
  yield batch;
}

function openInput(file: string): Readable {
  return file === '-' ? process.stdin : fs.createReadStream(file);
}

function asFailure(error: unknown, file: string, line: number): Failure {
  if (error instanceof Failure) return error;
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return new Failure(EXIT.noInput, `no such file: ${file}`, { cause: error });
  if (code === 'EISDIR') return new Failure(EXIT.data, `${file} is a folder`, { cause: error });
  if (code === 'EACCES')
    return new Failure(EXIT.noPermission, `${file} may not be read`, {
      hint: `sudo netwatch ... -r ${file}`,
      cause: error,
    });
  if (code !== undefined && code !== 'ABORT_ERR')
    return new Failure(EXIT.io, `${file}: ${messageOf(error)}`, { cause: error });
  return new Failure(EXIT.data, `${file}: line ${line + 1} is not a netwatch record`, {
    hint: 'netwatch conns --json > FILE saves some',
    cause: error,
  });
}
