import { EXIT } from '../../core/failure.ts';
import { formatNumberOf } from '../../core/output/units.ts';
import type { Context } from '../context/context.ts';
import type { Request } from '../listing/command.ts';
import { openWholeFiles } from '../packets/capture-files.ts';
import type { FollowRequest } from './follow-request.ts';
import { followStreams } from './follow-streams.ts';
import type { PrintedPiece } from './stream-printer.ts';

/** Nobody reads records of it. */
const NOBODY: Pick<Request, 'wanted' | 'reportGap'> = { wanted: new Set(), reportGap: () => Promise.resolve() };

/** Writes the one selected stream to a file; when that fails there is no file. Returns the exit status. */
export async function writeStream(
  context: Context,
  asked: FollowRequest,
  name: string,
  force: boolean,
): Promise<number> {
  const { from, sandbox } = asked.packets;
  const files = openWholeFiles(context, { write: name, force, isLive: from === 'machine', sandbox });
  const output = await files.createHere(name, force);
  let written = 0;
  try {
    for await (const snapshot of followStreams(context, asked, NOBODY)) {
      for (const { rows } of snapshot) {
        for (const row of rows) {
          const { printed: piece } = row as PrintedPiece;
          const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
          written += bytes.length;
          await output.write(bytes);
        }
      }
    }
    await output.finish();
  } catch (error) {
    await output.abandon();
    throw error;
  } finally {
    files.close();
  }
  context.say(`wrote ${formatNumberOf(written, 'byte')} to ${name}`);
  return EXIT.ok;
}
