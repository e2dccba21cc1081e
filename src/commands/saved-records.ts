import type { Transform } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EXIT, Failure, usageError } from '../core/failure.ts';
import { formatNumberOf } from '../core/output/units.ts';
import { readRow } from '../core/record/saved-row.ts';
import type { AnyRow, RecordTable } from '../core/record/table.ts';
import type { Context } from './context.ts';
import type { Input } from './open-input.ts';

/** A record takes 2 KiB; a line past this is no record, and must not fill memory. An option of split2, below ndjson. */
const LINE_BOUND = { maxLength: 1024 * 1024 };
/** How ndjson says that a line is no JSON. */
const UNPARSED = 'Could not parse row';

/** What reading records takes, to be loaded while the files of this program can be read. */
export const loadRecordReader = () => import('ndjson');

/**
 * Records that `--json` printed earlier, of one type, as batches; gzip is seen by its first bytes. Records of other types
 * are passed over and counted on stderr. Throws Failure 66 when there is no such file, and 65 when the file is something
 * else, or at its end when some lines were no records: what was readable has been given by then.
 */
export async function* readSavedRecords(
  context: Context,
  file: string,
  table: RecordTable,
  opened: Input,
): AsyncGenerator<readonly AnyRow[]> {
  const { default: ndjson } = await loadRecordReader();
  const parser: Transform = ndjson.parse({ strict: true, ...LINE_BOUND });
  const wrong: string[] = [];
  let parsed: unknown[] = [];
  let others = 0;
  parser.on('data', (value: unknown) => parsed.push(value));
  // the parser's words quote the line, and root may have been asked for a file that who asks may not read
  parser.on('error', ({ message }) => wrong.push(message.startsWith(UNPARSED) ? 'no JSON' : message));

  const rows = (): readonly AnyRow[] => {
    const read: AnyRow[] = [];
    for (const value of parsed) {
      const row = readRow(table, value);
      if (row === null) others++;
      else if (typeof row === 'string') wrong.push(row);
      else read.push(row);
    }
    parsed = [];
    return read;
  };
  for await (const chunk of chunksOf(opened, file)) {
    parser.write(chunk);
    await nextTurn();
    if (parser.destroyed) break;
    yield rows();
  }
  if (!parser.destroyed) parser.end();
  await nextTurn();
  yield rows();
  if (others > 0)
    context.say(`${file}: passed over ${formatNumberOf(others, 'record')} of other types than ${table.type}`);
  if (wrong.length > 0) {
    throw new Failure(
      EXIT.data,
      `${file}: ${formatNumberOf(wrong.length, 'line')} without a netwatch record, the first: ${wrong[0]}`,
      {
        hint: 'netwatch conns --json > FILE saves some',
      },
    );
  }
}

/** What asks for a live machine cannot be had from a file. Throws Failure 64. */
export function refuseLiveOptions(values: Readonly<Record<string, unknown>>, own: readonly string[]): void {
  for (const name of [...own, 'interval', 'count', 'duration', 'wait', 'timeout']) {
    const value = values[name];
    if (value !== null && value !== undefined && value !== false) {
      throw usageError(`--${name} needs a live machine, not --read`);
    }
  }
}

/** Read at once. */
const CHUNK = 64 * 1024;

/** The bytes of an input, without a byte order mark. Throws Failure 65 for what is known to be something else. */
async function* chunksOf({ isCapture, source }: Input, file: string): AsyncGenerator<Buffer> {
  try {
    if (isCapture) {
      throw new Failure(EXIT.data, `${file} is a packet capture, and holds no such records`, {
        hint: `netwatch stats -r ${file} says what it holds`,
      });
    }
    for (let first = true; ; ) {
      const chunk = Buffer.alloc(CHUNK);
      const length = await source.read(chunk, 0, CHUNK);
      if (length === 0) return;
      const bytes = chunk.subarray(first && hasByteOrderMark(chunk) ? 3 : 0, length);
      if (first && bytes[0] === 0x5b) {
        throw new Failure(EXIT.data, `${file} is one JSON document`, {
          hint: `jq -c '.[]' ${file} | netwatch conns -r -`,
        });
      }
      first = false;
      yield bytes;
    }
  } finally {
    await source.close();
  }
}

const hasByteOrderMark = (bytes: Buffer): boolean => bytes.subarray(0, 3).toString('hex') === 'efbbbf';
