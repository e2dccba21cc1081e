import type { CaptureReader } from '../capture/capture-reader.ts';
import { ByFlow } from '../wire/by-flow.ts';
import type { Flow } from '../wire/flow.ts';
import type { Packet } from '../wire/packet.ts';
import { type NotedOwners, parseOwners } from './owner-comment.ts';
import { MOST_PROCESSES, type OwnedSides, type PacketOwner, type PacketOwners, PktapOwners } from './packet-owners.ts';

const NOBODY: NotedOwners = { sender: null, receiver: null };
const NOBODYS: OwnedSides = { a: null, b: null };

/**
 * The owners that a capture file names: in the headers of macOS captures, or in comments of netwatch (capture --annotate).
 * Comments also name those of flows, once `ingest` has seen their packets.
 */
export class FileOwners implements PacketOwners {
  private readonly reader: Pick<CaptureReader, 'comment'>;
  private readonly pktap = new PktapOwners();
  private readonly known = new Map<string, PacketOwner>();
  private readonly sides = new ByFlow<{ a: PacketOwner | null; b: PacketOwner | null }>((flow) => flow.isForgotten);
  private number = -1;
  private noted = NOBODY;

  /** `reader` is at the packet that is asked about. */
  constructor(reader: Pick<CaptureReader, 'comment'>) {
    this.reader = reader;
  }

  senderOf(packet: Packet): PacketOwner | null {
    return this.pktap.senderOf(packet) ?? this.noteOn(packet).sender;
  }

  receiverOf(packet: Packet): PacketOwner | null {
    return this.pktap.receiverOf(packet) ?? this.noteOn(packet).receiver;
  }

  sidesOf(flow: Flow): OwnedSides {
    return this.sides.get(flow) ?? NOBODYS;
  }

  /** Remembers who is named for the flow of a packet; the first that is named for a side stays. */
  readonly ingest = (packet: Packet): void => {
    const { flow, direction } = packet;
    if (flow === null) return;
    const { sender, receiver } = this.noteOn(packet);
    if (sender === null && receiver === null) return;
    let sides = this.sides.get(flow);
    if (sides === undefined) {
      sides = { a: null, b: null };
      this.sides.set(flow, sides);
    }
    sides.a ??= direction === 0 ? sender : receiver;
    sides.b ??= direction === 0 ? receiver : sender;
  };

  private noteOn(packet: Packet): NotedOwners {
    if (packet.number === this.number) return this.noted;
    this.number = packet.number;
    const { comment } = this.reader;
    const noted = comment === null ? null : parseOwners(comment);
    this.noted = noted === null ? NOBODY : { sender: this.intern(noted.sender), receiver: this.intern(noted.receiver) };
    return this.noted;
  }

  /** One object per process; if a forged capture names ever new ones, some are ignored. */
  private intern(owner: PacketOwner | null): PacketOwner | null {
    if (owner === null) return null;
    const key = `${owner.pid} ${owner.process ?? ''}\n${owner.user ?? ''}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    if (this.known.size >= MOST_PROCESSES) return null;
    this.known.set(key, owner);
    return owner;
  }
}
