import type { PacketFeed } from '../../../core/packet/packet-feed.ts';
import { REGISTRY } from '../../../core/wire/all-protocols.ts';
import { Dissector } from '../../../core/wire/dissector.ts';
import type { Context } from '../../context/context.ts';
import { openPackets } from '../../packets/open-packets.ts';
import { sayFaults } from '../../reading/say-faults.ts';

/** A capture that is read for the screen. */
export interface FileFeed {
  /** Ends it; resolves when the file is closed. */
  close(): Promise<void>;
}

/**
 * Reads a capture as fast as it can; `listen` is given it before the first packet. Rejects with a Failure when it cannot be
 * opened; what goes wrong later is given to `failed`.
 */
export async function openFileFeed(
  context: Context,
  file: string,
  iface: string | null,
  listen: (feed: PacketFeed) => void,
  failed: (error: unknown) => void,
): Promise<FileFeed> {
  const dissector = new Dissector(REGISTRY);
  const over = new AbortController();
  const stop = (): void => over.abort();
  context.signal.addEventListener('abort', stop, { once: true });
  const source = await openPackets(
    context,
    { from: 'file', file, interface: iface, sandbox: 'on', keylog: null },
    { dissector, showsRows: false, asksOwners: false },
  );
  listen(source.feed);
  const read = source.feed.run(over.signal).catch(failed);
  return {
    async close() {
      over.abort();
      context.signal.removeEventListener('abort', stop);
      await read;
      sayFaults(context, dissector.faults);
      await source.finish();
    },
  };
}
