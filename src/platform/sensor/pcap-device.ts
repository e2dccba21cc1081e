import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DeviceCounts } from '../../core/system/sensor.ts';
import type { KernelProgram } from './kernel-filter.ts';
import type { RingFrame } from './packet-ring.ts';
import type { KernelCounts, Native, PcapTap } from './pcap-tap.ts';
import { standStill } from './stand-still.ts';

const LOOPBACK = 'lo';

const MARGIN_MS = 1;
const NONE = { captured: 0, received: 0, droppedByKernel: 0, droppedByInterface: 0, left: 0 };
const NOTHING: KernelCounts = { ps_recv: 0, ps_drop: 0, ps_ifdrop: 0 };

/** What came before a device began: what its tap had counted for another, and what was counted of its own name. */
interface Earlier {
  readonly tap: KernelCounts;
  readonly name: DeviceCounts | null;
}

/** A device that is captured from. */
export class PcapDevice {
  readonly name: string;
  readonly linkType: number;
  readonly tap: PcapTap;
  /** Whether its interface is. */
  readonly isThere: () => boolean;
  /** The number of packets that it has handed out. */
  taken: number;
  private readonly counted: DeviceCounts;
  private readonly before: KernelCounts;
  /** What was counted last, once its tap is another's. */
  private last: DeviceCounts | null = null;
  /** Microseconds since 1970 when its first filter held: the kernel kept packets before that passed none. */
  private filteredFrom = 0;
  /** How many packets may have come before that, at most: the wall clock may be set back. */
  private early = 0;
  private unfiltered = 0;

  /**
   * `onFrame` is called for each packet, which is then where the ring says, or in the buffers without one. What came since the tap was opened is its own, so
   * `earlier` is read before the tap is bound to this device.
   */
  constructor(
    tap: PcapTap,
    name: string,
    linkType: number,
    isThere: () => boolean,
    onFrame: (ring: RingFrame | null) => void,
    earlier: Earlier = { tap: NOTHING, name: null },
  ) {
    this.name = name;
    this.linkType = linkType;
    this.tap = tap;
    this.isThere = isThere;
    this.counted = earlier.name ?? { ...NONE, device: name };
    this.taken = this.counted.captured;
    this.before = earlier.tap;
    tap.receiver = (ring) => {
      if (this.early > 0 && this.cameUnfiltered(ring)) return;
      this.taken++;
      onFrame(ring);
    };
  }

  /** Attaches the filter that holds from now on, in milliseconds since 1970, in place of none. */
  beginFiltered(program: KernelProgram, now: () => number): void {
    if (program.length === 0) return;
    this.tap.attach(program);
    this.filteredFrom = (now() + MARGIN_MS) * 1000;
    // a processor that takes a packet meanwhile may have asked the filter before
    standStill(MARGIN_MS + 1);
    const { ps_recv, ps_drop } = this.tap.stats();
    this.early = ps_recv - ps_drop;
  }

  /** Ends it: what comes from its tap is another's from now on. */
  release(): void {
    if (this.last !== null) return;
    this.tap.drain();
    this.last = { ...this.counts(), left: 0 };
    this.tap.receiver = null;
  }

  get isReleased(): boolean {
    return this.last !== null;
  }

  private cameUnfiltered(ring: RingFrame | null): boolean {
    const { header } = this.tap.into;
    const seconds = ring?.seconds ?? header.readUInt32LE(0);
    const micros = ring?.micros ?? header.readUInt32LE(4);
    if (seconds * 1e6 + micros < this.filteredFrom) {
      this.early--;
      this.unfiltered++;
      return true;
    }
    this.early = 0;
    return false;
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
    if (this.last !== null) return this.last;
    const { before, counted } = this;
    const now = this.tap.stats();
    const twice = this.name === LOOPBACK ? 2 : 1;
    const received = now.ps_recv - before.ps_recv - this.unfiltered * twice;
    const dropped = now.ps_drop - before.ps_drop;
    const handedOut = (received - dropped) / twice;
    return {
      device: this.name,
      captured: this.taken,
      received: counted.received + received,
      droppedByKernel: counted.droppedByKernel + dropped,
      // libpcap reads it of the device that it has opened
      droppedByInterface: Math.max(counted.droppedByInterface, this.name === this.tap.name ? now.ps_ifdrop : 0),
      left: this.name === 'any' ? null : Math.max(0, Math.ceil(handedOut) - this.taken + counted.captured),
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
