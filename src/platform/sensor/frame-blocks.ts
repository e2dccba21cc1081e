import type { DeviceCounts } from '../../core/system/sensor.ts';
import { FRAME_HEADER, FrameWriter, type WholePart, type WrittenDevice } from './frame-writer.ts';
import type { RingFrame } from './packet-ring.ts';

// draft-ietf-opsawg-pcapng, 4: type (4), length (4), body, length (4); padded to four bytes, in this machine's order.
const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE = 1;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const IF_NAME = 2;
const ISB_IFRECV = 4;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;
const ISB_USRDELIV = 8;
/** An enhanced packet block without its data, and what of it stands before that. */
const OVERHEAD = 32;
const BEFORE = 28;
const HIGH = 2 ** 32;

/** Frames as blocks of pcapng. */
export class FrameBlocks extends FrameWriter {
  begin(devices: readonly WrittenDevice[], snapLength: number): void {
    const at = this.block(SECTION_HEADER, 28);
    this.bytes.writeUInt32LE(BYTE_ORDER_MAGIC, at);
    this.bytes.writeUInt32LE(1, at + 4); // version 1.0
    this.bytes.fill(0xff, at + 8, at + 16); // the length of the section is not known
    for (const { name, linkType } of devices) this.addInterface(name, linkType, snapLength);
  }

  /** Names another device, whose number is that of those before it. */
  addInterface(name: string, linkType: number, snapLength: number): void {
    const text = Buffer.from(name);
    const room = (text.length + 3) & ~3;
    const at = this.block(INTERFACE, 20 + 4 + room + 4);
    this.bytes.writeUInt32LE(linkType, at);
    this.bytes.writeUInt32LE(snapLength, at + 4);
    this.bytes.writeUInt16LE(IF_NAME, at + 8);
    this.bytes.writeUInt16LE(text.length, at + 10);
    this.bytes.fill(0, at + 12, at + 12 + room + 4);
    text.copy(this.bytes, at + 12);
  }

  addFrame(iface: number): void {
    const { bytes } = this;
    const captured = Math.min(bytes.readUInt32LE(8), this.frame.length);
    const room = (captured + 3) & ~3;
    const at = this.block(ENHANCED_PACKET, OVERHEAD + room);
    const micros = bytes.readUInt32LE(0) * 1e6 + bytes.readUInt32LE(4);
    bytes.writeUInt32LE(iface, at);
    bytes.writeUInt32LE(Math.floor(micros / 2 ** 32), at + 4);
    bytes.writeUInt32LE(micros % 2 ** 32, at + 8);
    bytes.writeUInt32LE(captured, at + 12);
    // the length on the wire is the last word of the header, and stands before the frame here too
    bytes.copyWithin(at + 16, FRAME_HEADER - 4, FRAME_HEADER + captured);
    bytes.fill(0, at + 20 + captured, at + 20 + room);
  }

  protected surround(iface: number, { view, at, captured, length, seconds, micros }: RingFrame): void {
    const from = at - BEFORE;
    const end = at + captured;
    const padded = at + ((captured + 3) & ~3);
    const size = OVERHEAD + padded - at;
    const time = seconds * 1e6 + micros;
    const high = Math.floor(time / HIGH);
    view.setUint32(from, ENHANCED_PACKET, true);
    view.setUint32(from + 4, size, true);
    view.setUint32(from + 8, iface, true);
    view.setUint32(from + 12, high, true);
    view.setUint32(from + 16, time - high * HIGH, true);
    view.setUint32(from + 20, captured, true);
    view.setUint32(from + 24, length, true);
    for (let pad = end; pad < padded; pad++) view.setUint8(pad, 0);
    view.setUint32(padded, size, true);
    this.from = from;
    this.to = padded + 4;
  }

  end(counts: readonly DeviceCounts[], seconds: number): void {
    for (const [iface, one] of counts.entries()) this.addStatistics(iface, seconds, one);
  }

  private addStatistics(iface: number, seconds: number, counts: DeviceCounts): void {
    const options = [
      [ISB_IFRECV, counts.received],
      [ISB_IFDROP, counts.droppedByInterface],
      [ISB_OSDROP, counts.droppedByKernel],
      [ISB_USRDELIV, counts.captured],
    ] as const;
    let at = this.block(INTERFACE_STATISTICS, 24 + options.length * 12 + 4);
    const micros = seconds * 1e6;
    this.bytes.writeUInt32LE(iface, at);
    this.bytes.writeUInt32LE(Math.floor(micros / 2 ** 32), at + 4);
    this.bytes.writeUInt32LE(Math.floor(micros % 2 ** 32), at + 8);
    at += 12;
    for (const [code, value] of options) {
      this.bytes.writeUInt16LE(code, at);
      this.bytes.writeUInt16LE(8, at + 2);
      this.bytes.writeBigUInt64LE(BigInt(value), at + 4);
      at += 12;
    }
    this.bytes.writeUInt32LE(0, at);
  }

  wholeWithin(handed: Uint8Array, written: number): WholePart {
    const view = new DataView(handed.buffer, handed.byteOffset, handed.byteLength);
    let bytes = 0;
    let frames = 0;
    while (bytes + 8 <= written && bytes + view.getUint32(bytes + 4, true) <= written) {
      if (view.getUint32(bytes, true) === ENHANCED_PACKET) frames++;
      bytes += view.getUint32(bytes + 4, true);
    }
    return { bytes, frames };
  }

  /** Room for a block of `length` bytes, its lengths written; where its body begins. */
  private block(type: number, length: number): number {
    const at = this.reserve(length);
    this.bytes.writeUInt32LE(type, at);
    this.bytes.writeUInt32LE(length, at + 4);
    this.bytes.writeUInt32LE(length, at + length - 4);
    return at + 8;
  }
}
