import { createRequire } from 'node:module';
import path from 'node:path';
import { GatherPause } from './gather-pause.ts';
import { attachFilter, type KernelProgram, packetSockets } from './kernel-filter.ts';
import type { SensorOrder } from './messages.ts';
import type { PacketRing, RingFrame } from './packet-ring.ts';
import { RingMemory } from './ring-memory.ts';

/**
 * The part of the `pcap` package's native half that is used; its JavaScript half polls once and then never reports
 * errors.
 */
interface NativeSession {
  open_live(...of: readonly unknown[]): string;
  open_offline(...of: readonly unknown[]): string;
  /** Calls back for each waiting packet, into the given buffers; negative when the device has ended. */
  dispatch(frame: Buffer, header: Buffer): number;
  start_polling(): void;
  read_callback: () => void;
  stats(): KernelCounts;
}

export interface Native {
  readonly PcapSession: new () => NativeSession;
}

/** What the kernel has counted since it was opened. */
export interface KernelCounts {
  readonly ps_recv: number;
  readonly ps_drop: number;
  readonly ps_ifdrop: number;
}

/** Every interface at once: libpcap makes the headers of such packets. */
export const ANY = 'any';
const ETHERNET = 1;
const RAW = 101;
const LINK_TYPES: Readonly<Record<string, number>> = {
  LINKTYPE_NULL: 0,
  LINKTYPE_ETHERNET: 1,
  LINKTYPE_RAW: 101,
  LINKTYPE_LINUX_SLL: 113,
  LINKTYPE_IEEE802_11_RADIO: 127,
};
/** DLT_RAW of Linux; all others that are met live have the number of their LINKTYPE_ (tcpdump.org/linktypes.html). */
const DLT_RAW = 12;

/** Loads the binding. Throws when it was not built, or libpcap is not there. */
export function loadPcap(): Native {
  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve('pcap/package.json'));
  return require(path.join(folder, 'build/Release/pcap_binding.node')) as Native;
}

/** Where a packet is put that the binding hands out: its bytes, and struct pcap_pkthdr. */
export interface FrameBuffers {
  readonly frame: Buffer;
  readonly header: Buffer;
  /** Passes on what was taken out of the ring, before the kernel gets it back. */
  flush(): void;
}

/** Null where the memory of sockets cannot be found. */
function openRingMemory(): RingMemory | null {
  try {
    return new RingMemory();
  } catch {
    return null;
  }
}

/** A capture that libpcap has opened: of the device that it was opened for, or of another that its socket was bound to. */
export class PcapTap {
  /** The device that it was opened for. */
  readonly name: string;
  readonly linkType: number;
  /** Its packet socket; -1 unless that was asked for. */
  readonly socket: number = -1;
  readonly into: FrameBuffers;
  /** Is called for each packet, which is then where the ring says, or in the buffers without one; null while nobody wants them. */
  receiver: ((ring: RingFrame | null) => void) | null = null;
  private readonly session: NativeSession;
  /** Null where packets come by the binding. */
  private ring: PacketRing | null = null;
  private pause: GatherPause | null = null;
  private failed = false;
  private wasTold = false;
  private handed = 0;

  /** `findsSocket`: it will be bound or filtered by this process, and libpcap has no filter. Throws what libpcap says. */
  constructor(
    native: Native,
    name: string,
    { system, devices, later, bpf, bufferBytes, snapLength, promiscuous, gatherMs, packetBuffered }: SensorOrder,
    into: FrameBuffers,
    findsSocket: boolean,
  ) {
    this.name = name;
    this.into = into;
    this.session = new native.PcapSession();
    const before = findsSocket ? packetSockets() : null;
    const call = (): void => {
      this.handed++;
      this.receiver?.(null);
    };
    const warn = (): void => {}; // that the device has no IPv4 network is no matter
    const filter = findsSocket ? '' : bpf;
    // libpcap itself would filter what the kernel gathered before its filter held
    const memory = system === 'linux' && filter === '' && !packetBuffered && name !== ANY ? openRingMemory() : null;
    const link = this.session.open_live(
      ...[name, filter, bufferBytes, snapLength, '', call, false, gatherMs, warn, promiscuous],
    );
    const dlt = Number(/(\d+)$/.exec(link)?.[1] ?? Number.NaN);
    this.linkType = LINK_TYPES[link] ?? (dlt === DLT_RAW ? 101 : dlt);
    if (this.linkType === ETHERNET || this.linkType === RAW) {
      this.ring = memory?.findNew(snapLength, this.linkType === ETHERNET) ?? null;
      // waiting for one would leave the others alone
      const isAlone = devices.length === 1 && later === null;
      if (this.ring !== null && isAlone) this.pause = new GatherPause(this.ring.blocks, gatherMs);
    }
    if (before === null) return;
    this.socket = [...packetSockets()].find((fd) => !before.has(fd)) ?? -1;
    if (this.socket < 0) throw new Error('its socket is not found');
  }

  /** Has the kernel hand out what another program passes. Throws what the system says. */
  attach(program: KernelProgram): void {
    attachFilter(this.socket, program);
  }

  /** Starts to call back when packets come; `afterwards` runs after each batch. */
  start(afterwards: () => void): void {
    this.session.read_callback = () => {
      this.wasTold = true;
      this.pause?.wait();
      this.drain();
      afterwards();
    };
    this.session.start_polling();
  }

  /**
   * Reads what is there, even from a device that has failed, because the kernel later hands out what it had collected.
   */
  drain(): void {
    const { ring } = this;
    if (ring !== null && this.drainRing(ring)) return;
    if (this.session.dispatch(this.into.frame, this.into.header) < 0) this.failed = true;
  }

  /** Whether it could; else the binding hands out all of it. */
  private drainRing(ring: PacketRing): boolean {
    const take = (): void => {
      this.handed++;
      this.receiver?.(ring);
    };
    const flush = (): void => this.into.flush();
    let blocks = 0;
    let wasCalm = false;
    for (; ring.isReady; blocks++) {
      if (!ring.isUnderstood()) {
        this.ring = null;
        this.pause = null;
        return false;
      }
      wasCalm ||= ring.isCalm;
      ring.readBlock(take, flush);
    }
    if (blocks > 0) this.pause?.adapt(blocks, wasCalm);
    return true;
  }

  /**
   * Reads what is there, and says whether the binding had left packets waiting since the last call: libuv gives up a
   * socket at its first error, such as when the interface goes down, and the binding never polls again, though packets
   * come once it is up.
   */
  drainUntold(): boolean {
    const { handed, wasTold } = this;
    this.wasTold = false;
    this.drain();
    return !wasTold && this.handed > handed;
  }

  /** Whether its interface may be gone: libpcap said so, which goes by the name that it had, or libpcap is not asked. */
  get mayBeGone(): boolean {
    return this.failed || this.ring !== null;
  }

  stats(): KernelCounts {
    return this.session.stats();
  }
}
