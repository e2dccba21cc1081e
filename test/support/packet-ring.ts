import { PacketRing, type RingTraits } from '../../src/platform/sensor/packet-ring.ts';

/** A frame as the kernel puts it into a ring. */
export interface LaidFrame {
  readonly bytes: readonly number[];
  readonly length?: number;
  readonly seconds?: number;
  readonly nanos?: number;
  /** Its VLAN tag, which the kernel keeps beside it; and whose protocol that is. */
  readonly tag?: number;
  readonly tagProtocol?: number;
  readonly isOutgoing?: boolean;
  readonly iface?: number;
}

export const BLOCK = 256 * 1024;
const HEADER = 48;
/** Where the frame begins after its header: libpcap asks for four bytes more than the kernel needs. */
const MAC = 86;
const align = (at: number): number => (at + 15) & ~15;

/** Memory as the kernel shares it, with `blocks` blocks, of which it has opened the first. */
export class LaidRing {
  readonly memory: ArrayBuffer;
  readonly ring: PacketRing;
  private readonly view: DataView;
  private readonly blocks: number;
  private readonly blockLength: number;
  private sequence = 0;

  constructor(blocks: number, traits: Partial<RingTraits> = {}, blockLength = BLOCK) {
    this.memory = new ArrayBuffer(blocks * blockLength);
    this.view = new DataView(this.memory);
    this.blocks = blocks;
    this.blockLength = blockLength;
    this.open(0);
    this.ring = new PacketRing(this.memory, 2 ** 32 - 64, {
      snapLength: 65_536,
      isEthernet: true,
      loopback: 1,
      ...traits,
    });
  }

  private open(index: number): void {
    const at = index * this.blockLength;
    this.view.setUint32(at, 2, true);
    this.view.setUint32(at + 4, HEADER, true);
    this.view.setUint32(at + 24, ++this.sequence, true);
  }

  /** Hands out the block that is open, with these frames, and opens the next; `atEnd`: the last frame ends with the block. */
  handOut(frames: readonly LaidFrame[], { calm = false, atEnd = false } = {}): void {
    const index = (this.sequence - 1) % this.blocks;
    const start = index * this.blockLength;
    const places: number[] = [];
    let end = start + HEADER;
    for (const { bytes } of frames) {
      places.push(end);
      end += align(MAC + bytes.length);
    }
    const last = start + this.blockLength - (frames.at(-1)?.bytes.length ?? 0);
    if (atEnd) places[frames.length - 1] = (last - MAC) & ~15;
    for (const [number, frame] of frames.entries()) {
      const at = places[number]!;
      const mac = atEnd && number === frames.length - 1 ? last - at : MAC;
      this.lay(at, mac, (places[number + 1] ?? at) - at, frame);
    }
    this.view.setUint32(start + 16, (places[0] ?? start) - start, true);
    this.view.setUint32(start + 12, frames.length, true);
    this.view.setUint32(start + 8, calm ? 33 : 1, true);
    this.open((index + 1) % this.blocks);
  }

  private lay(at: number, mac: number, next: number, frame: LaidFrame): void {
    const { view } = this;
    const { bytes, length = bytes.length, seconds = 1, nanos = 0, tag, tagProtocol, isOutgoing, iface = 2 } = frame;
    view.setUint32(at, next, true);
    view.setUint32(at + 4, seconds, true);
    view.setUint32(at + 8, nanos, true);
    view.setUint32(at + 12, bytes.length, true);
    view.setUint32(at + 16, length, true);
    view.setUint32(at + 20, 1 | (tag === undefined ? 0 : 16) | (tagProtocol === undefined ? 0 : 64), true);
    view.setUint16(at + 24, mac, true);
    view.setUint32(at + 32, tag ?? 0, true);
    view.setUint16(at + 36, tagProtocol ?? 0, true);
    view.setInt32(at + 52, iface, true);
    view.setUint8(at + 58, isOutgoing === true ? 4 : 0);
    new Uint8Array(this.memory).set(bytes, at + mac);
  }

  /** Who owns a block. */
  statusOf(index: number): number {
    return this.view.getUint32(index * this.blockLength + 8, true);
  }
}
