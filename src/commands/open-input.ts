import type { ByteSource } from '../core/capture/byte-source.ts';
import { openCaptureSource } from '../platform/capture-source.ts';
import type { Context } from './context.ts';
import { Interrupted } from './interrupted.ts';

/** What `--read` named: a capture, or something else, which can only be records. */
export interface Input {
  readonly isCapture: boolean;
  /** All of its bytes, unpacked. */
  readonly source: ByteSource;
}

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
const MAGIC = 4;

/** Opens a file, or stdin for `-`, and looks at its first bytes. Rejects with a Failure 65, 66, 74 or 77, or as Interrupted. */
export async function openInput(context: Context, file: string): Promise<Input> {
  const source = await openCaptureSource(file, context.signal);
  const first = new Uint8Array(MAGIC);
  let length = 0;
  while (length < MAGIC) {
    const added = await source.read(first, length, MAGIC - length);
    if (added === 0) break;
    length += added;
  }
  if (length === 0 && context.signal.aborted) throw new Interrupted();
  const isCapture = CAPTURES.has(Buffer.from(first).toString('hex'));
  return { isCapture, source: withFirst(first.subarray(0, length), source) };
}

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
