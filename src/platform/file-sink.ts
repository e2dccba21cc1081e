import fs from 'node:fs';
import { EXIT, Failure, messageOf } from '../core/failure.ts';
import { openSink, type Sink } from '../core/output/sink.ts';

/** A file that is written anew. Rejects with a Failure 73 when it cannot be created; writes fail with 74. */
export async function openFileSink(file: string): Promise<Sink & { close(): Promise<void> }> {
  try {
    const handle = await fs.promises.open(file, 'w');
    const stream = handle.createWriteStream();
    const sink = openSink(stream);
    return {
      ...sink,
      close: () => new Promise((resolve) => stream.end(resolve)),
    };
  } catch (error) {
    throw new Failure(EXIT.cannotCreate, `cannot create ${file}: ${messageOf(error)}`, { cause: error });
  }
}
