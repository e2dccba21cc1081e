import { FrameWriter, type WrittenDevice } from './frame-writer.ts';

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

  end(): void {}

  wholeWithin(handed: Uint8Array, written: number): number {
    const view = new DataView(handed.buffer, handed.byteOffset, handed.byteLength);
    // the header of the file is handed on by itself
    let at = 0;
    while (at + RECORD <= written && at + RECORD + view.getUint32(at + 8, true) <= written) {
      at += RECORD + view.getUint32(at + 8, true);
    }
    return at;
  }
}
