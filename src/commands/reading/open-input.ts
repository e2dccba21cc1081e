import type { ByteSource } from '../../core/capture/byte-source.ts';
import { openCaptureSource } from '../../platform/files/capture-source.ts';
import type { Context } from '../context/context.ts';
import { Interrupted } from '../context/interrupted.ts';
import { shedPrivileges } from './shed-privileges.ts';

/** What `--read` named: a capture, or something else that can only be records. */
export interface Input {
  readonly isCapture: boolean;
  /** All of its bytes, decompressed. */
  readonly source: ByteSource;
}

/** The first bytes of pcap (both byte orders, micro- and nanoseconds, modified) and pcapng files. */
const CAPTURES: ReadonlySet<string> = new Set([
  'd4c3b2a1',
  'a1b2c3d4',
  '4d3cb2a1',
  'a1b23c4d',
  '34cdb2a1',
  'a1b2cd34',
  '0a0d0d0a',
]);
const MAGIC = 4;

/**
 * Opens a file, or stdin for `-`, calls `load` for the code that reading needs, gives up the privileges of this
 * process, and only then reads on. Only the first four bytes of a plain file are compared before that. `load` gets null
 * when the bytes are compressed or still to come, because it is not yet known what they are. Rejects with a Failure 65,
 * 66, 74 or 77, or with Interrupted.
 */
export async function openInput(
  context: Context,
  file: string,
  load: (isCapture: boolean | null) => Promise<unknown>,
): Promise<Input> {
  const source = await openCaptureSource(file, context.clock, context.signal);
  // of a plain file four bytes are compared with those that captures begin with, and that is all
  const isPlain = source.size !== null;
  let first = isPlain ? await firstOf(source) : null;
  if (context.isPrivileged()) await load(first === null ? null : isMagic(first));
  await shedPrivileges(context);
  first ??= await firstOf(source);
  if (first.length === 0 && context.signal.aborted) throw new Interrupted();
  return { isCapture: isMagic(first), source: withFirst(first, source) };
}

async function firstOf(source: ByteSource): Promise<Uint8Array> {
  const first = new Uint8Array(MAGIC);
  let length = 0;
  while (length < MAGIC) {
    const added = await source.read(first, length, MAGIC - length);
    if (added === 0) break;
    length += added;
  }
  return first.subarray(0, length);
}

const isMagic = (first: Uint8Array): boolean => CAPTURES.has(Buffer.from(first).toString('hex'));

function withFirst(first: Uint8Array, source: ByteSource): ByteSource {
  let given = first.length === 0;
  return {
    ...source,
    read(into, offset, length) {
      if (given) return source.read(into, offset, length);
      given = true;
      into.set(first, offset);
      return Promise.resolve(first.length);
    },
  };
}
