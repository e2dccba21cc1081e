import type { CaptureReader } from '../../core/capture/capture-reader.ts';
import type { FlowOwners } from '../../core/connection/flow-owners.ts';
import type { Platform, SocketSource } from '../../core/system/platform.ts';
import type { Context } from '../context/context.ts';

/** Between two looks at all sockets: often enough for short connections, and never more than a tenth of the time. */
const LOOK_MS = 20;
const LONGEST_LOOK_MS = 2000;
const SHARE = 10;

/** Looks who holds the sockets whenever packets have come; `atEnd` when there are no more. */
export async function followOwners(
  context: Context,
  platform: Platform,
  sockets: SocketSource,
  reader: CaptureReader,
  owners: FlowOwners,
  atEnd: () => Promise<void>,
): Promise<void> {
  const addresses = (await platform.readInterfaces()).rows.flatMap(({ ipv4, ipv6 }) => [...ipv4, ...ipv6]);
  owners.setAddresses(addresses.map((address) => address.replace(/\/.*/, '')));
  const { clock } = context;
  let due = 0;
  const fill = reader.fill.bind(reader);
  reader.fill = async () => {
    const more = await fill();
    const start = clock.monotonic();
    if (more && start >= due) {
      owners.ingest(await sockets.read());
      const end = clock.monotonic();
      due = end + Math.min(LONGEST_LOOK_MS, Math.max(LOOK_MS, (end - start) * SHARE));
    }
    if (!more) await atEnd();
    owners.lookAgain();
    return more;
  };
  const close = reader.close.bind(reader);
  reader.close = async () => {
    sockets.close();
    await close();
  };
}
