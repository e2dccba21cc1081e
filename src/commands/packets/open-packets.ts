import { FileOwners } from '../../core/packet/file-owners.ts';
import { PacketFeed } from '../../core/packet/packet-feed.ts';
import type { PacketSource, PacketUse } from '../../core/sample/packet-source.ts';
import type { Context } from '../context/context.ts';
import { placeOf } from '../context/place.ts';
import { openCapture, sayInterrupted, sayProblems } from '../reading/open-capture.ts';
import { openKeyLog } from '../reading/open-key-log.ts';
import type { PacketRequest } from './packet-request.ts';

/**
 * Opens a file or the machine, and the key log to decrypt its packets with: use.dissector gets its secrets. Rejects with a
 * Failure 65, 66, 69, 74 or 77.
 */
export async function openPackets(context: Context, request: PacketRequest, use: PacketUse): Promise<PacketSource> {
  if (request.keylog === null) return openSource(context, request, use);
  const keys = await openKeyLog(context, request.keylog, request.from === 'machine' || request.file === '-');
  use.dissector.giveSecrets(keys.secrets);
  try {
    const source = await openSource(context, request, use);
    await keys.load();
    return {
      ...source,
      async finish() {
        await source.finish();
        keys.finish();
      },
    };
  } catch (error) {
    keys.close();
    throw error;
  }
}

async function openSource(context: Context, request: PacketRequest, use: PacketUse): Promise<PacketSource> {
  if (request.from === 'machine') {
    // loaded here: what captures is large, and files are read without it
    const { openLivePackets } = await import('../../core/sample/live-packets.ts');
    return openLivePackets(await placeOf(context), request, use);
  }
  const { file } = request;
  const reader = await openCapture(context, request, use.showsRows);
  const feed = new PacketFeed(reader, use.dissector);
  const owners = new FileOwners(reader);
  if (use.asksOwners !== false) feed.listen(owners.ingest);
  return {
    feed,
    owners,
    file,
    signal: context.signal,
    counts: () => [],
    stop: () => {},
    gaps: () => [],
    async finish() {
      await reader.close();
      sayInterrupted(context, file);
      sayProblems(context, file, reader);
    },
  };
}
