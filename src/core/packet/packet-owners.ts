import type { Flow } from '../wire/flow.ts';
import { keyedNumber } from '../wire/keyed-number.ts';
import type { Packet } from '../wire/packet.ts';
import { INWARD, processDirection, processId, processName } from '../wire/pktap.ts';

/**
 * A process on one side of a packet. There is one object per process and source, so that it can be compared and used as
 * a key for counting.
 */
export interface PacketOwner {
  readonly pid: number;
  readonly process: string | null;
  readonly user: string | null;
}

/**
 * Which processes sent and received a packet, as far as they are processes of the machine that captured it, and known.
 */
export interface PacketOwners {
  senderOf(packet: Packet): PacketOwner | null;
  receiverOf(packet: Packet): PacketOwner | null;
  /** The same for a flow, for sides A and B. */
  sidesOf(flow: Flow): OwnedSides;
  /** Whether sidesOf may learn later what it does not know now. */
  readonly learns?: boolean;
}

export interface OwnedSides {
  readonly a: PacketOwner | null;
  readonly b: PacketOwner | null;
}

const NOBODYS: OwnedSides = { a: null, b: null };

/**
 * The owners that a capture itself names: macOS captures on `pktap` do. If a forged capture names ever new processes,
 * some of them are ignored.
 */
export class PktapOwners implements PacketOwners {
  private readonly known = new Map<number, PacketOwner>();

  senderOf(packet: Packet): PacketOwner | null {
    return processDirection(packet) === INWARD ? null : this.ownerOf(packet);
  }

  receiverOf(packet: Packet): PacketOwner | null {
    return processDirection(packet) === INWARD ? this.ownerOf(packet) : null;
  }

  /** Each packet names one side only, and is not remembered. */
  sidesOf(): OwnedSides {
    return NOBODYS;
  }

  private ownerOf(packet: Packet): PacketOwner | null {
    const pid = processId(packet);
    if (pid < 0) return null;
    let owner = this.known.get(keyedNumber(pid));
    if (owner === undefined) {
      if (this.known.size >= MOST_PROCESSES) return null;
      owner = { pid, process: processName(packet), user: null };
      this.known.set(keyedNumber(pid), owner);
    }
    return owner;
  }
}

/** Process ids are 17 bits on macOS. */
export const MOST_PROCESSES = 131_072;

/** The process that a record of a flow names: that of A, or else that of B. */
export function ownerOfFlow({ a, b }: OwnedSides): PacketOwner | null {
  return a ?? b;
}

/** The process that a record names: the sender of the packet, or else the receiver. */
export function ownerOf(owners: PacketOwners, packet: Packet): PacketOwner | null {
  return owners.senderOf(packet) ?? owners.receiverOf(packet);
}
