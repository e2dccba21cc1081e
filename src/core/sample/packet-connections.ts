import type { FlowOwners } from '../connection/flow-owners.ts';
import { PacketSockets } from '../connection/packet-sockets.ts';
import { messageOf } from '../failure.ts';
import type { Limit } from '../limit.ts';
import type { PacketFeed } from '../packet/packet-feed.ts';
import type { Slices } from '../slices.ts';
import type { Socket, SocketReading } from '../socket/socket.ts';
import type { InterfaceReading } from '../system/platform.ts';
import type { Sensor } from '../system/sensor.ts';
import type { SocketTrace } from '../trace/socket-trace.ts';
import { REGISTRY } from '../wire/all-protocols.ts';
import { Dissector } from '../wire/dissector.ts';
import type { Faults } from '../wire/faults.ts';
import type { CaptureRequest } from './capture-request.ts';
import { canBeNamed, LaterInterfaces, wantedOf } from './later-interfaces.ts';
import { openLivePackets } from './live-packets.ts';
import type { OwnedSockets } from './owned-sockets.ts';
import type { Place } from './surroundings.ts';

const ignore = (): void => {};

/** Interfaces are looked at so often, where nobody tells of them. */
const LOOK_MS = 2000;

/** What packets say about connections while these are sampled. */
export interface PacketConnections {
  /** The sockets of a reading, with what their packets said, and the flows that have no socket. */
  join(read: () => Promise<SocketReading>): Promise<SocketReading>;
  closedOf(closed: readonly Socket[]): readonly Socket[];
  /** Takes the interfaces as they are now: those that came are captured too. */
  noteInterfaces(rows: readonly InterfaceReading[]): void;
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

const addressesOf = (rows: readonly InterfaceReading[]): ReadonlySet<string> =>
  new Set(rows.flatMap(({ ipv4, ipv6 }) => [...ipv4, ...ipv6]).map((prefix) => prefix.split('/', 1)[0]!));

/**
 * Captures on the interfaces that are named, or else on every one that is up and has an address, also when that comes
 * later: everything that sockets of this machine send or receive passes one of those. Rejects with a Failure 64, 66, 69 or 77.
 */
export async function openPacketConnections(
  place: Place,
  request: CaptureRequest,
  tellsClosed: boolean,
  trace: SocketTrace,
  read: Pick<OwnedSockets, 'open'>,
  slices: Slices | null,
  listen: (feed: PacketFeed, owners: FlowOwners) => void = ignore,
): Promise<PacketConnections> {
  const { clock } = place;
  const { rows } = await place.platform.readInterfaces();
  let addresses = addressesOf(rows);
  const isWanted = wantedOf(request.devices);
  const devices = request.devices ?? rows.filter((row) => isWanted(row) && canBeNamed(row)).map(({ name }) => name);
  const isNamed = request.devices !== null;
  const dissector = new Dissector(REGISTRY);
  const { faults } = dissector;
  const use = { dissector, showsRows: false, asksOwners: trace, sockets: read };
  const live = await openLivePackets(
    place,
    { ...request, devices, outlives: true, mayLack: !isNamed, later: isNamed ? request.later && 0 : request.later },
    use,
  );
  const { feed } = live;
  const sockets = new PacketSockets(dissector.flows, live.owners, (address) => addresses.has(address), tellsClosed);
  feed.listen((packet) => sockets.ingest(packet));
  listen(feed, live.owners);
  const later = new LaterInterfaces(live, isWanted, rows, devices, place.say);
  let notedAt = clock.monotonic();
  const noteInterfaces = (now: readonly InterfaceReading[]): void => {
    notedAt = clock.monotonic();
    addresses = addressesOf(now);
    later.ingest(now);
  };
  noteInterfaces(rows);
  let limits: readonly Limit[] | null = null;
  const conclude = (why: string): void => {
    limits = [{ what: 'packets', why, remedy: null }];
  };
  const ended = feed.run(live.signal).then(
    () => {
      conclude('the capture has ended');
      live.ended.catch((error: unknown) => conclude(`the capture has ended: ${messageOf(error)}`));
    },
    (error: unknown) => conclude(messageOf(error)),
  );
  return {
    // packets wait while sockets are read, which another process may do: else they tell of the time after
    join: async (read) => {
      if (clock.monotonic() >= notedAt + LOOK_MS) noteInterfaces((await place.platform.readInterfaces()).rows);
      return feed.halt(async () => {
        const readAt = clock.now();
        const reading = await read();
        let joined = reading;
        slices?.begin();
        try {
          joined = await sockets.join(reading, readAt / 1000, clock.now() / 1000, slices);
        } catch (error) {
          faults.note(null, error);
        }
        return { ...joined, limits: [...reading.limits, ...(limits ?? later.limits())] };
      });
    },
    noteInterfaces,
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
