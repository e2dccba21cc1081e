import fs from 'node:fs';
import { readInterfaceIndex } from '../linux/interface-index.ts';
import { loadKoffi } from '../linux/libc.ts';
import { PacketRing } from './packet-ring.ts';

/** The memory that a socket shares with the kernel. */
interface SharedMemory {
  readonly socket: string;
  readonly address: number;
  readonly length: number;
}

const SHARED = /^([\da-f]+)-([\da-f]+) rw-s 0+ \S+ \S+ +socket:\[(\d+)\]$/gm;

/** Out of /proc/self/maps. */
export function parseSharedMemory(maps: string): readonly SharedMemory[] {
  return [...maps.matchAll(SHARED)].map(([, from, to, socket]) => {
    const address = Number.parseInt(from!, 16);
    return { socket: socket!, address, length: Number.parseInt(to!, 16) - address };
  });
}

/** What packet sockets share with the kernel, to tell which of it is new after another was opened. */
export class RingMemory {
  private readonly before: ReadonlySet<string>;

  /** Throws where there is no /proc. */
  constructor() {
    this.before = new Set(readShared().map(({ socket }) => socket));
  }

  /** The ring of the socket that was opened since; null where it has none that can be read here. */
  findNew(snapLength: number, isEthernet: boolean): PacketRing | null {
    const found = readShared().filter(({ socket }) => !this.before.has(socket));
    const [shared] = found;
    const loopback = readInterfaceIndex('lo');
    if (shared === undefined || found.length > 1 || loopback === null) return null;
    const memory = loadKoffi().view(BigInt(shared.address), shared.length);
    const ring = new PacketRing(memory, shared.address, { snapLength, isEthernet, loopback });
    return ring.isOpen ? ring : null;
  }
}

const readShared = (): readonly SharedMemory[] => parseSharedMemory(fs.readFileSync('/proc/self/maps', 'utf8'));
