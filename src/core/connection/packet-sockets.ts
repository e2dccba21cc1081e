import type { Flow } from '../wire/flow.ts';
import type { FlowTable } from '../wire/flow-table.ts';
import { addressA, addressB, transportName } from '../wire/flow-text.ts';
import type { Packet } from '../wire/packet.ts';
import { FlowNames } from './flow-names.ts';
import type { FlowOwners } from './flow-owners.ts';
import { flowSocket, openerOf, type Side } from './flow-socket.ts';
import { RoundTrips } from './round-trips.ts';
import type { Ownership, Socket, SocketReading } from './socket.ts';
import { tupleOf } from './socket-tuple.ts';
import { hasEnded, isStreamOver, isStreamPast } from './stream-life.ts';

const TCP = 6;
const SIDES: readonly Side[] = ['a', 'b'];
const FOREIGN: Ownership = { processes: [], attribution: 'none capture' };
const UNSEEN: Ownership = { processes: [], attribution: 'none unseen' };
/** A row of a UDP flow stays as long as Linux tracks one (nf_conntrack_udp_timeout). */
const SILENT_DATAGRAMS_S = 30;
const PAST_EVERY_S = 10;

/** What is known of a flow from one reading to the next. */
interface Known {
  /** Its endpoints as a socket of either side would have them. */
  readonly tuples: Readonly<Record<Side, string>>;
  /** The sides that are of this machine; who opened it where none is. */
  readonly sides: readonly Side[];
  readonly isForeign: boolean;
  /** A socket stood for this side once: what becomes of it is told by the socket. */
  readonly hadSocket: Record<Side, boolean>;
  /** It was listed when it had ended already. */
  isTold: boolean;
}

/**
 * Joins what packets tell to the sockets of this machine: application and server name to every socket with a peer, and
 * counters where the system keeps none. A flow that no socket with a peer stands for is a row of its own: those of a
 * datagram socket that is not connected, those that are forwarded, and connections too short to be seen otherwise,
 * which are listed once after their end. No byte is in two rows of one side.
 */
export class PacketSockets {
  private readonly flows: FlowTable;
  private readonly owners: FlowOwners;
  private readonly isOurs: (address: string) => boolean;
  private readonly tellsClosed: boolean;
  private readonly names = new FlowNames();
  private readonly roundTrips = new RoundTrips();
  private readonly known = new Map<Flow, Known>();
  private pastAt = 0;

  /** `isOurs` tells the addresses of this machine; `tellsClosed` that the system names every TCP socket that closes. */
  constructor(flows: FlowTable, owners: FlowOwners, isOurs: (address: string) => boolean, tellsClosed: boolean) {
    this.flows = flows;
    this.owners = owners;
    this.isOurs = isOurs;
    this.tellsClosed = tellsClosed;
  }

  ingest(packet: Packet): void {
    this.names.ingest(packet);
    this.roundTrips.ingest(packet);
    if (packet.flow !== null) this.owners.sidesOf(packet.flow); // a short connection is gone at the next reading
  }

  /** The sockets, and the flows begun before they were read. `readAt` and `now` are seconds of the wall clock. */
  join(reading: SocketReading, readAt: number, now: number): SocketReading {
    const sockets: Socket[] = [...reading.sockets];
    const connected = new Map<string, number>();
    for (const [index, socket] of sockets.entries()) {
      if (socket.remote_addr !== null && socket.remote_port) connected.set(tupleOf(socket), index);
    }
    const origins = new Map<Socket, Socket>();
    const owners = new Map<Socket, Ownership>();
    for (const flow of this.flows.flows) {
      if (flow.aPackets + flow.bPackets === 0) continue; // announced, or quoted in an error
      const known = this.knownOf(flow);
      const isOver = isFlowOver(flow, now);
      const isListed = flow.firstSeconds <= readAt && !(isOver && known.isTold);
      for (const side of SIDES) {
        const index = connected.get(known.tuples[side]);
        if (index !== undefined) {
          const socket = sockets[index]!;
          known.hadSocket[side] = true;
          if (isOver && socket.state !== 'TIME_WAIT') continue; // its endpoints are of another connection now
          const joined = withPackets(socket, this.socketOf(flow, side));
          const origin = origins.get(socket) ?? socket;
          sockets[index] = joined;
          origins.set(joined, origin);
          owners.set(joined, firstKnown(reading.ownerOf(origin), this.ownershipOf(flow, side)));
        } else if (isListed && this.isRow(flow, known, side)) {
          const socket = this.socketOf(flow, side);
          sockets.push(socket);
          owners.set(socket, known.isForeign ? FOREIGN : this.ownershipOf(flow, side));
          known.isTold = isOver;
        }
      }
    }
    this.expire(now);
    return {
      ...reading,
      sockets,
      ownerOf: (socket) => owners.get(socket) ?? reading.ownerOf(origins.get(socket) ?? socket),
      ifaceOf: (socket) => reading.ifaceOf(origins.get(socket) ?? socket),
    };
  }

  /** Sockets that the system said were closed, with what packets told of them. */
  closedOf(closed: readonly Socket[]): readonly Socket[] {
    if (closed.length === 0) return closed;
    const ends = new Map<string, readonly [Flow, Side]>();
    for (const [flow, { tuples }] of this.known) for (const side of SIDES) ends.set(tuples[side], [flow, side]);
    return closed.map((socket) => {
      const end = ends.get(tupleOf(socket));
      return end === undefined ? socket : withPackets(socket, this.socketOf(...end));
    });
  }

  private socketOf(flow: Flow, side: Side): Socket {
    return flowSocket(flow, side, this.names.nameOf(flow), this.roundTrips.of(flow, side));
  }

  private isRow({ transport }: Flow, { sides, hadSocket }: Known, side: Side): boolean {
    return sides.includes(side) && !hadSocket[side] && !(this.tellsClosed && transport === TCP);
  }

  private ownershipOf(flow: Flow, side: Side): Ownership {
    const owner = this.owners.sidesOf(flow)[side];
    return owner === null ? UNSEEN : this.owners.ownershipOf(owner);
  }

  private knownOf(flow: Flow): Known {
    let known = this.known.get(flow);
    if (known !== undefined) return known;
    const proto = transportName(flow.transport);
    const [a, b] = [addressA(flow), addressB(flow)];
    const ours = SIDES.filter((side) => this.isOurs(side === 'a' ? a : b));
    known = {
      tuples: {
        a: tupleOf({ proto, local_addr: a, local_port: flow.aPort, remote_addr: b, remote_port: flow.bPort }),
        b: tupleOf({ proto, local_addr: b, local_port: flow.bPort, remote_addr: a, remote_port: flow.aPort }),
      },
      sides: ours.length > 0 ? ours : [openerOf(flow)],
      isForeign: ours.length === 0,
      hadSocket: { a: false, b: false },
      isTold: false,
    };
    this.known.set(flow, known);
    return known;
  }

  /** Lets go of flows that are past. */
  private expire(now: number): void {
    if (now < this.pastAt) return;
    this.pastAt = now + PAST_EVERY_S;
    this.flows.release((flow) => isStreamPast(flow, now));
    for (const flow of this.known.keys()) {
      if (!flow.isOver) continue;
      this.known.delete(flow);
      this.names.forget(flow);
      this.roundTrips.forget(flow);
    }
  }
}

/** Whether a flow is no connection any more; what may still come of it are acknowledgements. */
function isFlowOver(flow: Flow, now: number): boolean {
  if (flow.tcp === null && now - flow.lastSeconds >= SILENT_DATAGRAMS_S) return true;
  return hasEnded(flow) || isStreamOver(flow, now);
}

/** A socket in TIME_WAIT has no process any more; what was known of it stays true. */
function firstKnown(listed: Ownership, seen: Ownership): Ownership {
  return listed.processes.length === 0 && seen.processes.length > 0 ? seen : listed;
}

/** The socket, with what only packets tell, and with their counters where the system keeps none. */
function withPackets(socket: Socket, seen: Socket): Socket {
  const { app, server_name, stream } = seen;
  if (socket.rx_bytes !== null) return { ...socket, app, server_name, stream };
  const { source, rx_bytes, tx_bytes, rx_packets, tx_packets } = seen;
  return {
    ...socket,
    source,
    rx_bytes,
    tx_bytes,
    rx_packets,
    tx_packets,
    rtt_ms: socket.rtt_ms ?? seen.rtt_ms,
    rttvar_ms: socket.rttvar_ms ?? seen.rttvar_ms,
    min_rtt_ms: socket.min_rtt_ms ?? seen.min_rtt_ms,
    retrans: socket.retrans ?? seen.retrans,
    app,
    server_name,
    stream,
  };
}
