import type { PacketFeed } from '../../../core/packet/packet-feed.ts';
import { StatisticsOfRun } from '../../../core/stats/run.ts';
import { instantNow } from '../../../core/system/instant-now.ts';
import { REGISTRY } from '../../../core/wire/all-protocols.ts';
import { Dissector } from '../../../core/wire/dissector.ts';
import type { Context } from '../../context/context.ts';
import { openPackets } from '../../packets/open-packets.ts';
import { sayFaults } from '../../reading/say-faults.ts';
import type { Machine } from '../model/machine.ts';
import { MachineHistory } from './machine-history.ts';
import { SHOWN_STATISTICS } from './shown-statistics.ts';

/** A capture that is read for the screen. */
export interface FileFeed {
  /** Ends it; resolves when the file is closed. */
  close(): Promise<void>;
}

/**
 * Reads a capture as fast as it can; `listen` is given it before the first packet, and `publish` its statistics at its end. Rejects with a Failure when it cannot be
 * opened; what goes wrong later is given to `failed`.
 */
export async function openFileFeed(
  context: Context,
  file: string,
  iface: string | null,
  listen: (feed: PacketFeed) => void,
  publish: (machine: Machine) => void,
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
  const { feed, owners } = source;
  listen(feed);
  const run = new StatisticsOfRun(SHOWN_STATISTICS, { bucketMs: 1000, owners, communityIds: false }, dissector);
  feed.listen(...run.listeners);
  feed.listenToHeld(...run.heldListeners);
  const history = new MachineHistory();
  publish(history.finish(instantNow(context.clock), [], null, []));
  const read = feed
    .run(over.signal)
    .then(() => {
      history.ingestSections(run.sections(feed.reader, source.file));
      publish(history.finish(instantNow(context.clock), [], null, []));
    })
    .catch(failed);
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
