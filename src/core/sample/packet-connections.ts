import type { FlowOwners } from '../connection/flow-owners.ts';
import { PacketSockets } from '../connection/packet-sockets.ts';
import { messageOf } from '../failure.ts';
import type { Limit } from '../limit.ts';
import type { PacketFeed } from '../packet/packet-feed.ts';
import type { Slices } from '../slices.ts';
import type { Socket, SocketReading } from '../socket/socket.ts';
import type { Sensor } from '../system/sensor.ts';
import type { SocketTrace } from '../trace/socket-trace.ts';
import { REGISTRY } from '../wire/all-protocols.ts';
import { Dissector } from '../wire/dissector.ts';
import type { Faults } from '../wire/faults.ts';
import type { CaptureRequest } from './capture-request.ts';
import { openLivePackets } from './live-packets.ts';
import type { OwnedSockets } from './owned-sockets.ts';
import type { Place } from './surroundings.ts';

const ignore = (): void => {};

/** What is missing without the interfaces that have disappeared. */
function without(lost: readonly string[]): readonly Limit[] {
  if (lost.length === 0) return [];
  const why = lost.length === 1 ? 'the interface is gone' : 'the interfaces are gone';
  return [{ what: `packets of ${lost.join(', ')}`, why: `${why}; the others are captured`, remedy: null }];
}

/** What packets say about connections while these are sampled. */
export interface PacketConnections {
  /** The sockets of a reading, with what their packets said, and the flows that have no socket. */
  join(read: () => Promise<SocketReading>): Promise<SocketReading>;
  closedOf(closed: readonly Socket[]): readonly Socket[];
  /** How many packets have been captured so far, and how many the kernel has dropped. */
  counts(): { readonly captured: number; readonly dropped: number };
  readonly faults: Faults;
  /** As that of a Sensor. */
  readonly refilter: Sensor['refilter'];
  /** Ends the capture; resolves when its last packet has been processed. */
  stop(): Promise<void>;
  /** Reports what was counted. Rejects as `PacketSource.finish` does. */
  finish(): Promise<void>;
}

/**
 * Captures on the interfaces that are named, or else on every one that is up and has an address: everything that
 * sockets of this machine send or receive passes one of those. Rejects with a Failure 64, 66, 69 or 77.
 */
export async function openPacketConnections(
  place: Place,
  request: CaptureRequest,
  tellsClosed: boolean,
  trace: SocketTrace,
  read: OwnedSockets,
  slices: Slices | null,
  listen: (feed: PacketFeed, owners: FlowOwners) => void = ignore,
): Promise<PacketConnections> {
  const { clock } = place;
  const { rows } = await place.platform.readInterfaces();
  const addresses = new Set(
    rows.flatMap(({ ipv4, ipv6 }) => [...ipv4, ...ipv6]).map((prefix) => prefix.split('/', 1)[0]!),
  );
  const isUp = rows.filter(({ state, ipv4, ipv6 }) => state !== 'down' && ipv4.length + ipv6.length > 0);
  const devices = request.devices ?? isUp.map(({ name }) => name);
  const dissector = new Dissector(REGISTRY);
  const { faults } = dissector;
  const use = { dissector, showsRows: false, asksOwners: trace, sockets: read };
  const live = await openLivePackets(place, { ...request, devices, outlives: true }, use);
  const { feed } = live;
  const sockets = new PacketSockets(dissector.flows, live.owners, (address) => addresses.has(address), tellsClosed);
  feed.listen((packet) => sockets.ingest(packet));
  listen(feed, live.owners);
  let limits: readonly Limit[] = [];
  const ended = feed.run(live.signal).then(
    () => 'the capture has ended',
    (error: unknown) => messageOf(error),
  );
  void ended.then((why) => {
    limits = [{ what: 'connection details from packets', why, remedy: null }];
  });
  return {
    // packets wait while sockets are read, which another process may do: else they tell of the time after
    join: (read) =>
      feed.halt(async () => {
        const readAt = clock.now();
        const reading = await read();
        let joined = reading;
        slices?.begin();
        try {
          joined = await sockets.join(reading, readAt / 1000, clock.now() / 1000, slices);
        } catch (error) {
          faults.note(null, error);
        }
        return { ...joined, limits: [...reading.limits, ...without(live.lost), ...limits] };
      }),
    closedOf: (closed) => sockets.closedOf(closed),
    counts: () => ({
      captured: feed.count,
      dropped: live.counts().reduce((sum, { droppedByKernel }) => sum + droppedByKernel, 0),
    }),
    faults,
    refilter: live.refilter,
    async stop() {
      live.stop();
      await ended;
    },
    finish: live.finish,
  };
}
