import type { ByteSource } from '../../core/capture/byte-source.ts';
import { EXIT, Failure } from '../../core/failure.ts';
import { formatBytes } from '../../core/output/units.ts';
import { Nesting } from '../../core/snapshot/nesting.ts';
import { parseSnapshot, type SnapshotDocument } from '../../core/snapshot/snapshot-document.ts';
import { openCaptureSource } from '../../platform/files/capture-source.ts';
import type { Context } from '../context/context.ts';
import { Interrupted } from '../context/interrupted.ts';
import { shedPrivileges } from '../reading/shed-privileges.ts';

/** A machine with 100,000 sockets has a document of 130 MB; a longer one must not fill memory. */
const MOST_BYTES = 256 * 1024 * 1024;
/** A field of a record is four deep, and a later version may have deeper ones; JSON.parse takes 50 times the memory for what is all depth. */
const MOST_DEPTH = 64;
const CHUNK = 64 * 1024;

/**
 * Two snapshots out of files, or one of them out of stdin. Both are opened before the privileges of this process are
 * given up, and no byte is looked at before. Rejects with a Failure 65, 66, 74 or 77, or with Interrupted.
 */
export async function readSnapshots(
  context: Context,
  a: string,
  b: string,
): Promise<readonly [SnapshotDocument, SnapshotDocument]> {
  const open = (file: string): Promise<ByteSource> => openCaptureSource(file, context.clock, context.signal);
  const first = await open(a);
  let second: ByteSource | null = null;
  try {
    second = await open(b);
    await shedPrivileges(context);
    return [await readDocument(context, first), await readDocument(context, second)];
  } finally {
    await first.close();
    await second?.close();
  }
}

async function readDocument({ signal }: Context, source: ByteSource): Promise<SnapshotDocument> {
  const decoder = new TextDecoder();
  const chunk = Buffer.alloc(CHUNK);
  const nesting = new Nesting();
  let text = '';
  for (let length = 0; ; ) {
    const read = await source.read(chunk, 0, CHUNK);
    if (signal.aborted) throw new Interrupted();
    if (read === 0) break;
    length += read;
    if (length > MOST_BYTES)
      throw new Failure(EXIT.data, `${source.name} is no snapshot: it has more than ${formatBytes(MOST_BYTES)}`);
    nesting.add(chunk.subarray(0, read));
    if (nesting.deepest > MOST_DEPTH)
      throw new Failure(
        EXIT.data,
        `${source.name} is no snapshot: more than ${MOST_DEPTH} lists are inside one another`,
      );
    text += decoder.decode(chunk.subarray(0, read), { stream: true });
  }
  if (source.isCutShort?.() === true)
    throw new Failure(EXIT.data, `${source.name} is cut short: what packs it ends early`);
  return parseSnapshot(text + decoder.decode(), source.name);
}
