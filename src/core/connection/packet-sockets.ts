import { type Slices, takeEach } from '../slices.ts';
import type { Ownership, Socket, SocketReading } from '../socket/socket.ts';
import { tupleOf } from '../socket/socket-tuple.ts';
import { FlowNames } from '../stream/flow-names.ts';
import { hasEnded, isStreamOver } from '../stream/stream-life.ts';
import type { Flow } from '../wire/flow.ts';
import type { FlowTable } from '../wire/flow-table.ts';
import { addressA, addressB, transportName } from '../wire/flow-text.ts';
import type { Packet } from '../wire/packet.ts';
import type { FlowOwners } from './flow-owners.ts';
import { openerOf, type Side } from './flow-side.ts';
import { flowSocket } from './flow-socket.ts';
import { RoundTrips } from './round-trips.ts';

const TCP = 6;
const SIDES: readonly Side[] = ['a', 'b'];
const FOREIGN: Ownership = { processes: [], attribution: 'none capture' };
const UNSEEN: Ownership = { processes: [], attribution: 'none unseen' };
/** A row of a UDP flow stays as long as Linux tracks one (nf_conntrack_udp_timeout). */
const SILENT_DATAGRAMS_S = 30;
/** After the end of a flow, packets that come within this time still belong to it. */
const LATE_S = 5;
/** As long as a connection is in TIME_WAIT (TCP_TIMEWAIT_LEN), plus a moment. */
const TIME_WAIT_S = 65;
const PAST_EVERY_S = 2;
/** Sides of finished flows that are remembered for that long, the latest; about as many as Linux keeps in TIME_WAIT. */
const MOST_ENDED = 100_000;

/** What is remembered of a flow from one reading to the next. */
interface Known {
  /** Its endpoints as a socket of either side would have them. */
  readonly tuples: Readonly<Record<Side, string>>;
  /** The sides that belong to this machine; if neither does, the side that opened the flow. */
  readonly sides: readonly Side[];
  readonly isForeign: boolean;
  /** A socket has represented this side; when that socket ends, its own record says so. */
  readonly hadSocket: Record<Side, boolean>;
  /** The flow was over at the last reading. */
  wasOver: boolean;
}

/** What packets say of a socket. */
type Seen = Pick<
  Socket,
  | 'source'
  | 'rx_bytes'
  | 'tx_bytes'
  | 'rx_packets'
  | 'tx_packets'
  | 'rtt_ms'
  | 'rttvar_ms'
  | 'min_rtt_ms'
  | 'retrans'
  | 'app'
  | 'server_name'
  | 'stream'
>;

/** What is kept of one side of a finished flow, for its socket in TIME_WAIT: at 500 new flows a second, of 32,000. */
interface Ended {
  readonly seen: Seen;
  readonly owner: Ownership;
  readonly until: number;
}

/**
 * Adds what packets say to the sockets of this machine: application and server name to every socket with a peer, and
 * counters where the system keeps none. A flow without a matching socket with a peer is a row of its own: flows of an
 * unconnected datagram socket, forwarded flows, and connections too short to be seen otherwise, which are listed once
 * after their end. No byte is counted in two rows of one side.
 */
export class PacketSockets {
  private readonly flows: FlowTable;
  private readonly owners: FlowOwners;
  private readonly isOurs: (address: string) => boolean;
  private readonly tellsClosed: boolean;
  private readonly names = new FlowNames();
  private readonly roundTrips = new RoundTrips();
  private readonly known = new Map<Flow, Known>();
  /** By tuple, the oldest first. */
  private readonly ended = new Map<string, Ended>();
  private pastAt = 0;

  /**
   * `isOurs` recognises the addresses of this machine; `tellsClosed` says that the system reports every TCP socket that
   * closes.
   */
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

  /**
   * The sockets, and the flows begun before they were read. `readAt` and `now` are seconds of the wall clock. No packet may be
   * dissected meanwhile.
   */
  async join(
    reading: SocketReading,
    readAt: number,
    now: number,
    slices: Slices | null = null,
  ): Promise<SocketReading> {
    const sockets: Socket[] = [...reading.sockets];
    const connected = new Map<string, number>();
    for (const [index, socket] of sockets.entries()) {
      if (socket.remote_addr !== null && socket.remote_port) connected.set(tupleOf(socket), index);
    }
    const origins = new Map<Socket, Socket>();
    const owners = new Map<Socket, Ownership>();
    const joinTo = (index: number, seen: Seen, owner: Ownership): void => {
      const socket = sockets[index]!;
      const joined = withPackets(socket, seen);
      sockets[index] = joined;
      origins.set(joined, socket);
      owners.set(joined, firstKnown(reading.ownerOf(socket), owner));
    };
    const joinFlow = (flow: Flow): void => {
      if (flow.aPackets + flow.bPackets === 0) return; // announced, or quoted in an error
      const known = this.knownOf(flow);
      if (known.wasOver || flow.firstSeconds > readAt) return;
      const isOver = isFlowOver(flow, now);
      known.wasOver = isOver;
      for (const side of SIDES) {
        const tuple = known.tuples[side];
        const index = connected.get(tuple);
        const isRow = index === undefined && this.isRow(flow, known, side);
        // what this machine has no socket of cannot be in TIME_WAIT here
        const isKept = isOver && (index !== undefined || (!known.isForeign && known.sides.includes(side)));
        if (index === undefined && !isRow && !isKept) continue;
        const seen = flowSocket(flow, side, this.names.nameOf(flow), this.roundTrips.of(flow, side));
        const owner = known.isForeign ? FOREIGN : this.ownershipOf(flow, side);
        if (isKept) this.keep(tuple, { seen: toldOf(seen), owner, until: now + TIME_WAIT_S });
        if (isRow) {
          sockets.push(seen);
          owners.set(seen, owner);
        } else if (index !== undefined) {
          known.hadSocket[side] = true;
          connected.delete(tuple);
          // what has ended is not of this socket, which uses the endpoints again
          if (!isOver || sockets[index]!.state === 'TIME_WAIT') joinTo(index, seen, owner);
        }
      }
    };
    await takeEach(this.flows.flows, slices, joinFlow);
    for (const [tuple, index] of connected) {
      const ended = sockets[index]!.state === 'TIME_WAIT' ? this.ended.get(tuple) : undefined;
      if (ended !== undefined) joinTo(index, ended.seen, ended.owner);
    }
    this.expire(now);
    return {
      ...reading,
      sockets,
      ownerOf: (socket) => owners.get(socket) ?? reading.ownerOf(origins.get(socket) ?? socket),
      ifaceOf: (socket) => reading.ifaceOf(origins.get(socket) ?? socket),
    };
  }

  /** Sockets that the system reported closed, with what packets said about them. */
  closedOf(closed: readonly Socket[]): readonly Socket[] {
    return closed.map((socket) => {
      const ended = this.ended.get(tupleOf(socket));
      return ended === undefined ? socket : withPackets(socket, ended.seen);
    });
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
      wasOver: false,
    };
    this.known.set(flow, known);
    return known;
  }

  private keep(tuple: string, ended: Ended): void {
    this.ended.delete(tuple);
    this.ended.set(tuple, ended);
  }

  /** Forgets flows that are past. */
  private expire(now: number): void {
    for (const [tuple, { until }] of this.ended) {
      if (until > now && this.ended.size <= MOST_ENDED) break;
      this.ended.delete(tuple);
    }
    if (now < this.pastAt) return;
    this.pastAt = now + PAST_EVERY_S;
    this.flows.release((flow) => this.known.get(flow)?.wasOver === true && now - flow.lastSeconds > LATE_S);
    for (const flow of this.known.keys()) {
      if (!flow.isOver) continue;
      this.known.delete(flow);
      this.names.forget(flow);
      this.roundTrips.forget(flow);
    }
  }
}

/** Whether a flow is no longer a connection; only acknowledgements may still come. */
function isFlowOver(flow: Flow, now: number): boolean {
  if (flow.tcp === null && now - flow.lastSeconds >= SILENT_DATAGRAMS_S) return true;
  return hasEnded(flow) || isStreamOver(flow, now);
}

/** A socket in TIME_WAIT no longer has a process; what was known about it remains true. */
function firstKnown(listed: Ownership, seen: Ownership): Ownership {
  return listed.processes.length === 0 && seen.processes.length > 0 ? seen : listed;
}

/** A copy that holds no more than that: a third of the memory of the whole. */
function toldOf(seen: Seen): Seen {
  return {
    source: seen.source,
    rx_bytes: seen.rx_bytes,
    tx_bytes: seen.tx_bytes,
    rx_packets: seen.rx_packets,
    tx_packets: seen.tx_packets,
    rtt_ms: seen.rtt_ms,
    rttvar_ms: seen.rttvar_ms,
    min_rtt_ms: seen.min_rtt_ms,
    retrans: seen.retrans,
    app: seen.app,
    server_name: seen.server_name,
    stream: seen.stream,
  };
}

/** The socket, with what only packets can say, and with their counters where the system keeps none. */
function withPackets(socket: Socket, seen: Seen): Socket {
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
