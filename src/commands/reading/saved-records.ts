import type { Transform } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EXIT, Failure, usageError } from '../../core/failure.ts';
import { shellFile } from '../../core/output/shell-word.ts';
import { formatNumberOf } from '../../core/output/units.ts';
import { readRow } from '../../core/record/saved-row.ts';
import type { AnyRow, RecordTable } from '../../core/record/table.ts';
import type { Context } from '../context/context.ts';
import type { Input } from './open-input.ts';

/**
 * A record takes 2 KiB; a longer line than this is not a record, and must not fill memory. An option of split2, below
 * ndjson.
 */
const LINE_BOUND = { maxLength: 1024 * 1024 };
/** How ndjson says that a line is not JSON. */
const UNPARSED = 'Could not parse row';
/** After this many lines or bytes without a record, none is expected any more: the input may have no end. */
const MOST_WRONG_LINES = 10_000;
const MOST_BYTES_WITHOUT_RECORD = 4 * 1024 * 1024;

/** Loads what is needed to read records, while the files of this program can still be read. */
export const loadRecordReader = (): Promise<unknown> => import('ndjson');

/**
 * Records that `--json` printed earlier, of one type, in batches; gzip is recognised by its first bytes. Records of
 * other types are skipped and counted on stderr. Throws Failure 66 when there is no such file, and 65 when the file is
 * something else, or at its end when some lines were not records; readable records have been yielded by then. If an
 * input holds no record for long, reading stops before its end, as it does when this run is interrupted.
 */
export async function* readSavedRecords(
  context: Context,
  file: string,
  table: RecordTable,
  opened: Input,
): AsyncGenerator<readonly AnyRow[]> {
  const { default: ndjson } = await import('ndjson');
  const parser: Transform = ndjson.parse({ strict: true, ...LINE_BOUND });
  let wrong = 0;
  let firstWrong = '';
  let parsed: unknown[] = [];
  let others = 0;
  let records = 0;
  const complain = (why: string): void => {
    if (wrong++ === 0) firstWrong = why;
  };
  parser.on('data', (value: unknown) => parsed.push(value));
  // the parser's message quotes the line, and root can read files that the user who asks cannot
  parser.on('error', ({ message }) => complain(message.startsWith(UNPARSED) ? 'not JSON' : message));

  const rows = (): readonly AnyRow[] => {
    const read: AnyRow[] = [];
    for (const value of parsed) {
      const row = readRow(table, value);
      if (row === null) others++;
      else if (typeof row === 'string') complain(row);
      else read.push(row);
    }
    parsed = [];
    records += read.length;
    return read;
  };
  /** What has come since the last record, counted in chunks. */
  const since = { records: 0, wrong: 0, bytes: 0 };
  let isGivenUp = false;
  for await (const chunk of chunksOf(opened, file)) {
    parser.write(chunk);
    await nextTurn();
    if (parser.destroyed) break;
    yield rows();
    // what was read is the answer to an interrupt, as with a capture
    if (context.signal.aborted) return;
    if (records + others > since.records) Object.assign(since, { records: records + others, wrong, bytes: 0 });
    since.bytes += chunk.length;
    isGivenUp = wrong - since.wrong > MOST_WRONG_LINES || since.bytes > MOST_BYTES_WITHOUT_RECORD;
    if (isGivenUp) break;
  }
  if (!parser.destroyed) parser.end();
  await nextTurn();
  yield rows();
  if (others > 0)
    context.warn(
      `${file}: skipped ${formatNumberOf(others, 'record')} that ${others === 1 ? 'is' : 'are'} not of type ${table.type}`,
    );
  if (opened.source.isCutShort?.() === true) context.warn(`${file} is cut short: what packs it ends early`);
  if (wrong > 0 || isGivenUp) {
    const found =
      wrong > 0 ? `${formatNumberOf(wrong, 'line')} without a netwatch record, the first: ${firstWrong}` : '';
    const end = wrong > 0 ? '; the rest is not read' : 'no netwatch record in 4 MiB; the rest is not read';
    throw new Failure(EXIT.data, `${file}: ${found}${isGivenUp ? end : ''}`, {
      hint: 'netwatch conns --json > FILE saves some',
    });
  }
}

/** Throws Failure 64 for options that need a live machine, not a file. */
export function refuseLiveOptions(values: Readonly<Record<string, unknown>>, own: readonly string[]): void {
  for (const name of [...own, 'interval', 'count', 'duration', 'wait', 'timeout']) {
    const value = values[name];
    if (value !== null && value !== undefined && value !== false) {
      throw usageError(`--${name} needs a live machine, not --read`);
    }
  }
}

/** The number of bytes read at once. */
const CHUNK = 64 * 1024;

/**
 * The bytes of an input, without a byte order mark. Throws Failure 65 for an input that is known to be something else.
 */
async function* chunksOf({ isCapture, source }: Input, file: string): AsyncGenerator<Buffer> {
  try {
    if (isCapture) {
      throw new Failure(EXIT.data, `${file} is a packet capture, and holds no such records`, {
        hint: `netwatch stats -r ${shellFile(file)} says what it holds`,
      });
    }
    for (let first = true; ; ) {
      const chunk = Buffer.alloc(CHUNK);
      const length = await source.read(chunk, 0, CHUNK);
      if (length === 0) return;
      const bytes = chunk.subarray(first && hasByteOrderMark(chunk) ? 3 : 0, length);
      if (first && bytes[0] === 0x5b) {
        throw new Failure(EXIT.data, `${file} is one JSON document`, {
          hint: `jq -c '.[]' ${shellFile(file)} | netwatch conns -r -`,
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
