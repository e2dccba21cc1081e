import type { FlowOwners } from '../connection/flow-owners.ts';
import type { PacketFeed } from '../packet/packet-feed.ts';
import type { SocketSource } from '../system/platform.ts';
import type { Place } from './surroundings.ts';

/**
 * Milliseconds between two looks at all sockets: often enough for short connections, and never more than a tenth of the
 * time.
 */
const LOOK_MS = 20;
const LONGEST_LOOK_MS = 2000;
const SHARE = 10;

/** Finds out which processes hold the sockets whenever packets have come; `atEnd` is called when there are no more. */
export async function lookForOwners(
  { platform, clock }: Place,
  sockets: SocketSource,
  feed: PacketFeed,
  owners: FlowOwners,
  atEnd: () => Promise<void>,
): Promise<void> {
  const addresses = (await platform.readInterfaces()).rows.flatMap(({ ipv4, ipv6 }) => [...ipv4, ...ipv6]);
  owners.setAddresses(addresses.map((address) => address.replace(/\/.*/, '')));
  let due = 0;
  feed.pauseAfterPiece(async (more) => {
    const start = clock.monotonic();
    if (more && start >= due && owners.needsReading) {
      owners.ingest(await sockets.read());
      const end = clock.monotonic();
      due = end + Math.min(LONGEST_LOOK_MS, Math.max(LOOK_MS, (end - start) * SHARE));
    }
    if (!more) await atEnd();
    owners.lookAgain();
  });
}
