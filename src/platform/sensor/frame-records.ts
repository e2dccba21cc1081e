import type { FrameWriter, WrittenDevice } from './frame-writer.ts';

// draft-ietf-opsawg-pcap, 4 and 5; in this machine's order, which is little-endian on all that netwatch runs on.
const MAGIC = 0xa1b2c3d4;
const HEADER = 24;
const RECORD = 16;
const GATHERED = 256 * 1024;

/** Frames as records of pcap: the binding's header is the record's. */
export class FrameRecords implements FrameWriter {
  private readonly bytes: Buffer;
  private length = 0;
  private readonly write: (bytes: Uint8Array) => void;

  /** `write` takes all bytes before it returns. */
  constructor(snapLength: number, write: (bytes: Uint8Array) => void) {
    this.bytes = Buffer.alloc(GATHERED + RECORD + snapLength);
    this.write = write;
  }

  begin([device]: readonly WrittenDevice[], snapLength: number): void {
    const { bytes } = this;
    bytes.writeUInt32LE(MAGIC, 0);
    bytes.writeUInt16LE(2, 4);
    bytes.writeUInt16LE(4, 6);
    bytes.fill(0, 8, 16);
    bytes.writeUInt32LE(snapLength, 16);
    bytes.writeUInt32LE(device!.linkType, 20);
    this.length = HEADER;
  }

  addFrame(_device: number, header: Buffer, frame: Buffer): void {
    const captured = Math.min(header.readUInt32LE(8), frame.length);
    if (this.length >= GATHERED) this.flush();
    const at = this.length;
    header.copy(this.bytes, at, 0, RECORD);
    frame.copy(this.bytes, at + RECORD, 0, captured);
    this.length = at + RECORD + captured;
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

  flush(): void {
    if (this.length === 0) return;
    const { length } = this;
    this.length = 0;
    this.write(this.bytes.subarray(0, length));
  }
}
