import { latin1 } from '../../bytes.ts';
import { decodeHuffman } from './hpack-huffman.ts';

/** Reads integers and strings as HPACK (RFC 7541, 5) and QPACK (RFC 9204, 4.1) write them. */
export class PrefixReader {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  /** Something did not fit, or was no code. */
  failed = false;

  begin(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.failed = false;
  }

  /** An integer of `bits` bits in the first byte and more in those that follow. */
  integer(bits: number): number {
    const most = (1 << bits) - 1;
    if (this.at >= this.end) {
      this.failed = true;
      return 0;
    }
    let value = this.bytes[this.at++]! & most;
    if (value < most) return value;
    for (let shift = 0; shift < 28 && this.at < this.end; shift += 7) {
      const byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value;
    }
    this.failed = true;
    return 0;
  }

  /** A string whose length has `bits` bits in the first byte, behind the bit that tells of the Huffman code. */
  string(bits = 7): string {
    const huffman = this.at < this.end && (this.bytes[this.at]! & (1 << bits)) !== 0;
    const length = this.integer(bits);
    if (this.failed || length > this.end - this.at) {
      this.failed = true;
      return '';
    }
    const start = this.at;
    this.at += length;
    if (!huffman) return latin1(this.bytes, start, this.at);
    const text = decodeHuffman(this.bytes, start, this.at);
    if (text === null) this.failed = true;
    return text ?? '';
  }
}
