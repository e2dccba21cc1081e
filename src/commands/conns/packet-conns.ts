import { FlowOwners } from '../../core/connection/flow-owners.ts';
import { PacketSockets } from '../../core/connection/packet-sockets.ts';
import { messageOf } from '../../core/failure.ts';
import type { Limit } from '../../core/limit.ts';
import { replay } from '../../core/packet/replay.ts';
import type { Socket, SocketReading } from '../../core/socket/socket.ts';
import type { Platform } from '../../core/system/platform.ts';
import type { SocketTrace } from '../../core/trace/socket-trace.ts';
import { REGISTRY } from '../../core/wire/all-protocols.ts';
import { Dissector } from '../../core/wire/dissector.ts';
import type { Context } from '../context/context.ts';
import type { OwnedSockets } from '../packets/leave-privileges.ts';
import { openLive } from '../packets/open-live.ts';
import type { PacketValues } from '../packets/packet-source.ts';
import { sayFaults } from '../reading/say-faults.ts';

const ignore = (): void => {};

/** What `conns` learns from packets while it runs. */
export interface PacketConns {
  /** The sockets of a reading with what their packets told, and the flows without one. */
  join(read: () => Promise<SocketReading>): Promise<SocketReading>;
  closedOf(closed: readonly Socket[]): readonly Socket[];
  /** Packets captured so far, and those the kernel dropped. */
  counts(): { readonly captured: number; readonly dropped: number };
  /** Ends the capture, and says what was counted. */
  close(): Promise<void>;
}

/**
 * Captures what passes the interface that is named, or else every one that is up and has an address: all that sockets of
 * this machine send or receive passes one of those. Rejects with a Failure 64, 66, 69 or 77.
 */
export async function openPacketConns(
  context: Context,
  platform: Platform,
  values: PacketValues,
  tellsClosed: boolean,
  trace: SocketTrace,
  read: OwnedSockets,
): Promise<PacketConns> {
  const { rows } = await platform.readInterfaces();
  const addresses = new Set(
    rows.flatMap(({ ipv4, ipv6 }) => [...ipv4, ...ipv6]).map((prefix) => prefix.split('/', 1)[0]!),
  );
  const isUp = rows.filter(({ state, ipv4, ipv6 }) => state !== 'down' && ipv4.length + ipv6.length > 0);
  const devices = values.interface ?? isUp.map(({ name }) => name).join(',');
  const source = { ...values, interface: devices, 'no-promisc': true };
  const live = await openLive(context, source, { showsRows: false, asksOwners: trace, sockets: read });
  // packets wait while sockets are read, which another process may do: else they tell of the time after
  let held: Promise<void> = Promise.resolve();
  const fill = live.reader.fill.bind(live.reader);
  live.reader.fill = async () => {
    const more = await fill();
    await held;
    return more;
  };
  const dissector = new Dissector(REGISTRY);
  const owners = live.owners instanceof FlowOwners ? live.owners : new FlowOwners();
  const sockets = new PacketSockets(dissector.flows, owners, (address) => addresses.has(address), tellsClosed);
  let captured = 0;
  let limits: readonly Limit[] = [];
  const ended = replay(
    live.reader,
    dissector,
    (packet) => {
      captured++;
      sockets.ingest(packet);
    },
    live.signal,
  ).then(
    () => 'the capture has ended',
    (error: unknown) => messageOf(error),
  );
  void ended.then((why) => {
    limits = [{ what: 'what packets tell of connections', why, remedy: null }];
  });
  return {
    async join(read) {
      const readAt = context.clock.now();
      const asked = read();
      held = asked.then(ignore, ignore);
      const reading = await asked;
      let joined = reading;
      dissector.faults.attempt(() => {
        joined = sockets.join(reading, readAt / 1000, context.clock.now() / 1000);
      });
      return { ...joined, limits: [...reading.limits, ...limits] };
    },
    closedOf: (closed) => sockets.closedOf(closed),
    counts: () => ({
      captured,
      dropped: live.counts().reduce((sum, { droppedByKernel }) => sum + droppedByKernel, 0),
    }),
    async close() {
      live.stop();
      await ended;
      sayFaults(context, dissector.faults, values);
      await live.finish();
    },
  };
}
