import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { DeviceCounts } from '../../core/system/sensor.ts';
import { attachFilter, type KernelProgram, packetSockets } from './kernel-filter.ts';
import type { SensorOrder } from './messages.ts';

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
  stats(): { readonly ps_recv: number; readonly ps_drop: number; readonly ps_ifdrop: number };
}

interface Native {
  readonly PcapSession: new () => NativeSession;
}

const LINK_TYPES: Readonly<Record<string, number>> = {
  LINKTYPE_NULL: 0,
  LINKTYPE_ETHERNET: 1,
  LINKTYPE_RAW: 101,
  LINKTYPE_LINUX_SLL: 113,
  LINKTYPE_IEEE802_11_RADIO: 127,
};
/** DLT_RAW of Linux; all others that are met live have the number of their LINKTYPE_ (tcpdump.org/linktypes.html). */
const DLT_RAW = 12;

const LOOPBACK = 'lo';

/** Loads the binding. Throws when it was not built, or libpcap is not there. */
export function loadPcap(): Native {
  const require = createRequire(import.meta.url);
  const folder = path.dirname(require.resolve('pcap/package.json'));
  return require(path.join(folder, 'build/Release/pcap_binding.node')) as Native;
}

/** Where a packet is put: its bytes, and struct pcap_pkthdr. */
export interface FrameBuffers {
  readonly frame: Buffer;
  readonly header: Buffer;
}

/** The filter that a device is opened with when it may be another one later, and the time in milliseconds since 1970. */
export interface FirstFilter {
  readonly program: KernelProgram;
  readonly now: () => number;
}

/** A device that is captured from. */
export class PcapDevice {
  readonly name: string;
  readonly linkType: number;
  private readonly into: FrameBuffers;
  private readonly session: NativeSession;
  private failed = false;
  private wasTold = false;
  /** The number of packets that it has handed out. */
  taken = 0;
  /** Its packet socket; -1 unless its filter may be another one later. */
  private readonly socket: number = -1;
  /** Microseconds since 1970 when its first filter held: the kernel kept packets before that passed none. */
  private filteredFrom = 0;
  private unfiltered = 0;

  /**
   * `onFrame` is called for each packet, which is in the buffers then. With `first`, this process attaches filters, and
   * libpcap knows of none, which it would go on using itself. Throws what libpcap says.
   */
  constructor(
    native: Native,
    name: string,
    order: SensorOrder,
    into: FrameBuffers,
    onFrame: () => void,
    first: FirstFilter | null,
  ) {
    this.name = name;
    this.into = into;
    this.session = new native.PcapSession();
    const { bufferBytes, snapLength, promiscuous, gatherMs } = order;
    const bpf = first === null ? order.bpf : '';
    const before = first === null ? null : packetSockets();
    const call = (): void => {
      if (this.filteredFrom > 0 && this.cameUnfiltered()) return;
      this.taken++;
      onFrame();
    };
    const warn = (): void => {}; // that the device has no IPv4 network is no matter
    const link = this.session.open_live(
      ...[name, bpf, bufferBytes, snapLength, '', call, false, gatherMs, warn, promiscuous],
    );
    const dlt = Number(/(\d+)$/.exec(link)?.[1] ?? Number.NaN);
    this.linkType = LINK_TYPES[link] ?? (dlt === DLT_RAW ? 101 : dlt);
    if (first === null || before === null) return;
    this.socket = [...packetSockets()].find((fd) => !before.has(fd)) ?? -1;
    if (this.socket < 0) throw new Error('its socket is not found');
    if (first.program.length === 0) return;
    this.attach(first.program);
    this.filteredFrom = (first.now() + 1) * 1000;
  }

  /** Has the kernel hand out what another program passes. Throws what the system says. */
  attach(program: KernelProgram): void {
    attachFilter(this.socket, program);
  }

  private cameUnfiltered(): boolean {
    const { header } = this.into;
    if (header.readUInt32LE(0) * 1e6 + header.readUInt32LE(4) < this.filteredFrom) {
      this.unfiltered++;
      return true;
    }
    this.filteredFrom = 0;
    return false;
  }

  /** Starts to call back when packets come; `afterwards` runs after each batch. */
  start(afterwards: () => void): void {
    this.session.read_callback = () => {
      this.wasTold = true;
      this.drain();
      afterwards();
    };
    this.session.start_polling();
  }

  /**
   * Reads what is there, even from a device that has failed, because the kernel later hands out what it had collected.
   */
  drain(): void {
    if (this.session.dispatch(this.into.frame, this.into.header) < 0) this.failed = true;
  }

  /**
   * Reads what is there, and says whether the binding had left packets waiting since the last call: libuv gives up a
   * socket at its first error, such as when the interface goes down, and the binding never polls again, though packets
   * come once it is up.
   */
  drainUntold(): boolean {
    const { taken, wasTold } = this;
    this.wasTold = false;
    this.drain();
    return !wasTold && this.taken > taken;
  }

  /** Whether libpcap has said so: it goes by the name that the device had. */
  get hasFailed(): boolean {
    return this.failed;
  }

  /**
   * How many packets the kernel still holds for it; 0 for none. The kernel counts each loopback packet twice, and
   * libpcap takes one of the two; for `any` the number is unknown.
   */
  left(): number | null {
    return this.counts().left;
  }

  /** All counts from one reading, because the kernel goes on counting. */
  counts(): DeviceCounts {
    const { ps_recv, ps_drop, ps_ifdrop } = this.session.stats();
    const twice = this.name === LOOPBACK ? 2 : 1;
    const received = ps_recv - this.unfiltered * twice;
    const handedOut = (received - ps_drop) / twice;
    return {
      device: this.name,
      captured: this.taken,
      received,
      droppedByKernel: ps_drop,
      droppedByInterface: ps_ifdrop,
      left: this.name === 'any' ? null : Math.max(0, Math.ceil(handedOut) - this.taken),
    };
  }
}

/**
 * Compiles a filter as libpcap does, for a link type, without any privilege: by means of a capture file without
 * packets. Throws libpcap's message for a wrong filter.
 */
export function checkFilter(native: Native, bpf: string, linkType: number): void {
  if (bpf === '') return;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-'));
  const file = path.join(folder, 'empty.pcap');
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(linkType, 20);
  try {
    fs.writeFileSync(file, header, { mode: 0o600, flag: 'wx' });
    const ignore = (): void => {};
    new native.PcapSession().open_offline(...[file, bpf, 0, 65_535, '', ignore, false, 0, ignore, false]);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
