import type { OwnedSides, PacketOwner, PacketOwners } from '../packet/packet-owners.ts';
import type { Ownership, Socket, SocketReading } from '../socket/socket.ts';
import { tupleOf } from '../socket/socket-tuple.ts';
import type { SocketTrace, TracedSocket } from '../trace/socket-trace.ts';
import type { Flow } from '../wire/flow.ts';
import { addressA, addressB } from '../wire/flow-text.ts';
import type { Packet } from '../wire/packet.ts';

const TCP = 6;
const UDP = 17;
const MOST_ADDRESSES = 10_000;
const MOST_OWNERS = 100_000;
/** A flow whose owner is in none of so many readings has none here. */
const MOST_MISSES = 3;

/** The owners of a flow's two sides, according to the reading in which they were looked up. */
interface Sides {
  a: PacketOwner | null;
  b: PacketOwner | null;
  reading: number;
  /** How often neither was found. */
  misses: number;
}

/**
 * The processes behind the flows of a live capture: the holder of the socket with the flow's endpoints or, for a
 * listener or an unconnected datagram socket, of the socket with its local endpoint. Once an owner is found, the flow
 * keeps it, for the packets that come after its socket is closed; an owner that was not found is looked up again in the
 * next reading. The trace knows sockets that no reading contained.
 */
export class FlowOwners implements PacketOwners {
  private readonly sides = new WeakMap<Flow, Sides>();
  private readonly owners = new Map<string, PacketOwner>();
  private readonly ownerships = new WeakMap<PacketOwner, Ownership>();
  private sockets: ReadonlyMap<string, Socket> = new Map();
  /** The addresses of this machine, and the answers about others. */
  private addresses: ReadonlySet<string> = new Set();
  private readonly ours = new Map<string, boolean>();
  private reading: SocketReading | null = null;
  private number = 0;
  private readonly trace: SocketTrace | null;
  private revision = 0;
  private isMissing = false;
  /**
   * Sockets are read only after an owner was asked for in vain. That finds fewer owners of connections that end at once; to read
   * them for each piece of a quiet line takes 5 % of a core.
   */
  isThrifty = false;
  readonly learns = true;

  constructor(trace: SocketTrace | null = null) {
    this.trace = trace;
  }

  /** Sets the addresses of this machine. */
  setAddresses(addresses: Iterable<string>): void {
    this.addresses = new Set(addresses);
    this.ours.clear();
  }

  /** Replaces the sockets with those of a new reading. */
  ingest(reading: SocketReading): void {
    const sockets = new Map<string, Socket>();
    for (const socket of reading.sockets) {
      const connected = socket.remote_addr !== null && socket.remote_port !== null && socket.remote_port !== 0;
      sockets.set(connected ? tupleOf(socket) : localOf(socket), socket);
    }
    this.sockets = sockets;
    this.reading = reading;
    this.number++;
    this.isMissing = false;
  }

  /** Looks again, because more has been traced. */
  lookAgain(): void {
    const revision = this.trace?.revision ?? 0;
    if (revision === this.revision) return;
    this.revision = revision;
    this.number++;
  }

  senderOf({ flow, direction }: Packet): PacketOwner | null {
    return flow === null ? null : direction === 0 ? this.sidesOf(flow).a : this.sidesOf(flow).b;
  }

  receiverOf({ flow, direction }: Packet): PacketOwner | null {
    return flow === null ? null : direction === 0 ? this.sidesOf(flow).b : this.sidesOf(flow).a;
  }

  sidesOf(flow: Flow): OwnedSides {
    let sides = this.sides.get(flow);
    if (sides === undefined) {
      sides = { a: null, b: null, reading: -1, misses: 0 };
      this.sides.set(flow, sides);
    }
    if (sides.reading === this.number) return sides;
    sides.reading = this.number;
    const proto = flow.transport === TCP ? 'tcp' : flow.transport === UDP ? 'udp' : null;
    if (proto === null || (sides.a !== null && sides.b !== null)) return sides;
    const [a, b] = [addressA(flow), addressB(flow)];
    sides.a ??= this.holderOf(proto, a, flow.aPort, b, flow.bPort);
    sides.b ??= this.holderOf(proto, b, flow.bPort, a, flow.aPort);
    if (sides.a === null && sides.b === null && sides.misses < MOST_MISSES) {
      sides.misses++;
      this.isMissing = true;
    }
    return sides;
  }

  /** Whether to read the sockets again. */
  get needsReading(): boolean {
    return this.isMissing || !this.isThrifty;
  }

  /** How an owner was found, with everything known about the process. */
  ownershipOf(owner: PacketOwner): Ownership {
    return this.ownerships.get(owner) ?? { processes: [], attribution: 'none unseen' };
  }

  /** For a connection that no process holds yet, or any more, this is the listener. */
  private holderOf(proto: string, local: string, port: number, remote: string, remotePort: number): PacketOwner | null {
    const at = (address: string, peer: string | null, peerPort: number | null): PacketOwner | null => {
      const ends = { proto, local_addr: address, local_port: port, remote_addr: peer, remote_port: peerPort };
      const key = tupleOf(ends);
      return this.ownerOf(this.sockets.get(key)) ?? this.ownerOfTraced(this.trace?.withEnds(key));
    };
    const owner = at(local, remote, remotePort) ?? at(local, null, null);
    if (owner !== null || !this.isOurs(local)) return owner; // the other side may use the same port
    return at('0.0.0.0', null, null) ?? at('::', null, null);
  }

  /** Whether a socket bound to any address may match: this is an address of this machine, or of a group. */
  private isOurs(address: string): boolean {
    let known = this.ours.get(address);
    if (known === undefined) {
      known = this.addresses.has(address) || /^(?:22[4-9]\.|23\d\.|255\.|ff)/.test(address);
      if (this.ours.size >= MOST_ADDRESSES) this.ours.clear();
      this.ours.set(address, known);
    }
    return known;
  }

  private ownerOf(socket: Socket | undefined): PacketOwner | null {
    return socket === undefined ? null : this.firstOf(this.reading!.ownerOf(socket), socket.uid);
  }

  private ownerOfTraced(traced: TracedSocket | undefined): PacketOwner | null {
    return traced === undefined || traced.owner === null ? null : this.firstOf(traced.owner, null);
  }

  /** One object per process, however it was found. */
  private firstOf(ownership: Ownership, socketUid: number | null): PacketOwner | null {
    const [first] = ownership.processes;
    if (first === undefined) return null;
    const key = `${first.pid} ${first.name}`;
    let owner = this.owners.get(key);
    if (owner === undefined) {
      const uid = first.uid ?? socketUid;
      owner = {
        pid: first.pid,
        process: first.name,
        user: uid === null ? null : (this.reading?.userOf(uid) ?? null),
      };
      if (this.owners.size >= MOST_OWNERS) this.owners.clear();
      this.owners.set(key, owner);
      this.ownerships.set(owner, ownership);
    }
    return owner;
  }
}

/** The key of a socket without a peer. */
function localOf({ proto, local_addr, local_port }: Socket): string {
  return tupleOf({ proto, local_addr, local_port, remote_addr: null, remote_port: null });
}
