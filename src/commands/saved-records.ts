import fs from 'node:fs';
import { pipeline, Readable, type Transform } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { EXIT, Failure, messageOf, usageError } from '../core/failure.ts';
import { formatNumberOf } from '../core/output/units.ts';
import { readRow } from '../core/record/saved-row.ts';
import type { AnyRow, RecordTable } from '../core/record/table.ts';
import type { Context } from './context.ts';

/** A record takes 2 KiB; a line past this is no record, and must not fill memory. An option of split2, below ndjson. */
const LINE_BOUND = { maxLength: 1024 * 1024 };

/**
 * Records that `--json` printed earlier, of one type, as batches; gzip is seen by its first bytes. Records of other types
 * are passed over and counted on stderr. Throws Failure 66 when there is no such file, and 65 when the file is something
 * else, or at its end when some lines were no records: what was readable has been given by then.
 */
export async function* readSavedRecords(
  context: Context,
  file: string,
  table: RecordTable,
): AsyncGenerator<readonly AnyRow[]> {
  const { default: ndjson } = await import('ndjson');
  const parser: Transform = ndjson.parse({ strict: true, ...LINE_BOUND });
  const wrong: string[] = [];
  let parsed: unknown[] = [];
  let others = 0;
  parser.on('data', (value: unknown) => parsed.push(value));
  parser.on('error', (error) => wrong.push(error.message));

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
  try {
    for await (const chunk of openInput(file, context.signal)) {
      parser.write(chunk);
      await nextTurn();
      if (parser.destroyed) break;
      yield rows();
    }
  } catch (error) {
    throw asFailure(error, file);
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

/** The bytes of a file or of stdin, unpacked. Throws Failure 65 for what is known to be something else. */
async function* openInput(file: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const raw: Readable = file === '-' ? process.stdin : fs.createReadStream(file);
  signal.addEventListener('abort', () => raw.destroy(), { once: true });
  const chunks: AsyncIterator<Buffer> = raw[Symbol.asyncIterator]();
  const { value: first, done } = await chunks.next();
  if (done === true) return;
  refuseOther(first, file);
  const whole = Readable.from(withFirst(first.subarray(hasByteOrderMark(first) ? 3 : 0), chunks));
  yield* isGzip(first) ? pipeline(whole, createGunzip(), () => {}) : whole;
}

async function* withFirst(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;
const hasByteOrderMark = (bytes: Buffer): boolean => bytes.subarray(0, 3).toString('hex') === 'efbbbf';

/** First bytes of pcap (both byte orders, micro- and nanoseconds, modified) and pcapng files. */
const CAPTURES: ReadonlySet<string> = new Set([
  'd4c3b2a1',
  'a1b2c3d4',
  '4d3cb2a1',
  'a1b23c4d',
  '34cdb2a1',
  'a1b2cd34',
  '0a0d0d0a',
]);

function refuseOther(first: Buffer, file: string): void {
  if (CAPTURES.has(first.subarray(0, 4).toString('hex'))) {
    throw new Failure(EXIT.data, `${file} is a packet capture: this version reads records saved with --json`);
  }
  if (first[0] === 0x5b) {
    throw new Failure(EXIT.data, `${file} is one JSON document`, { hint: `jq -c '.[]' ${file} | netwatch conns -r -` });
  }
}

function asFailure(error: unknown, file: string): Failure {
  if (error instanceof Failure) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOENT') return new Failure(EXIT.noInput, `no such file: ${file}`, { cause: error });
  if (code === 'EISDIR') return new Failure(EXIT.data, `${file} is a folder`, { cause: error });
  if (code === 'EACCES')
    return new Failure(EXIT.noPermission, `${file} may not be read`, { hint: 'run it with sudo', cause: error });
  if (code.startsWith('Z_'))
    return new Failure(EXIT.data, `${file} cannot be unpacked: ${messageOf(error)}`, { cause: error });
  return new Failure(EXIT.io, `${file}: ${messageOf(error)}`, { cause: error });
}
