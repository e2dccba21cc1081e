import type { Flow } from '../wire/flow.ts';
import { keyedNumber } from '../wire/keyed-number.ts';
import type { Packet } from '../wire/packet.ts';
import { INWARD, processDirection, processId, processName } from '../wire/pktap.ts';

/** A process on one side of a packet. One object a process and source, so that it can be compared and counted by. */
export interface PacketOwner {
  readonly pid: number;
  readonly process: string | null;
  readonly user: string | null;
}

/** Who sent and who received a packet, as far as that is a process of the machine that captured it, and known. */
export interface PacketOwners {
  senderOf(packet: Packet): PacketOwner | null;
  receiverOf(packet: Packet): PacketOwner | null;
  /** The same of a flow, from A and from B. */
  sidesOf(flow: Flow): OwnedSides;
  /** Whether sidesOf may know later what it does not know now. */
  readonly learns?: boolean;
}

export interface OwnedSides {
  readonly a: PacketOwner | null;
  readonly b: PacketOwner | null;
}

const NOBODYS: OwnedSides = { a: null, b: null };

/** What captures say themselves: those of macOS on `pktap`. Of a forged one that names ever new processes, some are nobody's. */
export class PktapOwners implements PacketOwners {
  private readonly known = new Map<number, PacketOwner>();

  senderOf(packet: Packet): PacketOwner | null {
    return processDirection(packet) === INWARD ? null : this.ownerOf(packet);
  }

  receiverOf(packet: Packet): PacketOwner | null {
    return processDirection(packet) === INWARD ? this.ownerOf(packet) : null;
  }

  /** Packets name one side each, and are not remembered. */
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

/** Numbers of processes are 17 bits on macOS. */
const MOST_PROCESSES = 131_072;

/** The process a record names: who sent the packet, or else who received it. */
export function ownerOf(owners: PacketOwners, packet: Packet): PacketOwner | null {
  return owners.senderOf(packet) ?? owners.receiverOf(packet);
}
