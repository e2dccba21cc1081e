import { FrameWriter, type WholePart, type WrittenDevice } from './frame-writer.ts';
import type { RingFrame } from './packet-ring.ts';

// draft-ietf-opsawg-pcap, 4 and 5; in this machine's order, which is little-endian on all that netwatch runs on.
const MAGIC = 0xa1b2c3d4;
const HEADER = 24;
const RECORD = 16;

/** Frames as records of pcap: the binding's header is the record's. */
export class FrameRecords extends FrameWriter {
  begin([device]: readonly WrittenDevice[], snapLength: number): void {
    const { bytes } = this;
    const at = this.reserve(HEADER);
    bytes.writeUInt32LE(MAGIC, at);
    bytes.writeUInt16LE(2, at + 4);
    bytes.writeUInt16LE(4, at + 6);
    bytes.fill(0, at + 8, at + 16);
    bytes.writeUInt32LE(snapLength, at + 16);
    bytes.writeUInt32LE(device!.linkType, at + 20);
  }

  addFrame(): void {
    const captured = Math.min(this.bytes.readUInt32LE(8), this.frame.length);
    this.bytes.copyWithin(this.reserve(RECORD + captured), 0, RECORD + captured);
  }

  protected surround(_: number, { view, at, captured, length, seconds, micros }: RingFrame): void {
    const from = at - RECORD;
    view.setUint32(from, seconds, true);
    view.setUint32(from + 4, micros, true);
    view.setUint32(from + 8, captured, true);
    view.setUint32(from + 12, length, true);
    this.from = from;
    this.to = at + captured;
  }

  end(): void {}

  wholeWithin(handed: Uint8Array, written: number): WholePart {
    const view = new DataView(handed.buffer, handed.byteOffset, handed.byteLength);
    // the header of the file is handed on by itself, and is no record
    if (handed.length === HEADER && view.getUint32(0, true) === MAGIC) return { bytes: 0, frames: 0 };
    let bytes = 0;
    let frames = 0;
    while (bytes + RECORD <= written && bytes + RECORD + view.getUint32(bytes + 8, true) <= written) {
      bytes += RECORD + view.getUint32(bytes + 8, true);
      frames++;
    }
    return { bytes, frames };
  }
}
