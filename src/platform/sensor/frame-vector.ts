import type { RingFrame } from './packet-ring.ts';

/** The most that the system takes at once (IOV_MAX). */
const MOST = 1024;
/** struct iovec: an address and a length, 64 bits each; the upper half of the length stays 0. */
const ENTRY_WORDS = 4;
const HALF = 2 ** 32;

/** Frames that are written from where they lie, in one call. */
export class FrameVector {
  /** An array of struct iovec. */
  readonly entries = new Uint32Array(MOST * ENTRY_WORDS);
  count = 0;
  /** The bytes of all of them. */
  bytes = 0;
  private readonly starts = new Float64Array(MOST);
  private memory: Uint8Array = new Uint8Array(0);

  get isFull(): boolean {
    return this.count === MOST;
  }

  /** Adds `length` bytes from `start` on, of the memory that all of them are in. */
  add({ bytes, address }: RingFrame, start: number, length: number): void {
    const { entries, count } = this;
    const from = address + start;
    const at = count * ENTRY_WORDS;
    entries[at] = from;
    entries[at + 1] = from / HALF;
    entries[at + 2] = length;
    this.starts[count] = start;
    this.memory = bytes;
    this.bytes += length;
    this.count = count + 1;
  }

  /** A copy in one piece. */
  joined(): Uint8Array {
    const all = new Uint8Array(this.bytes);
    for (let index = 0, at = 0; index < this.count; index++) {
      const start = this.starts[index]!;
      const length = this.entries[index * ENTRY_WORDS + 2]!;
      all.set(this.memory.subarray(start, start + length), at);
      at += length;
    }
    return all;
  }

  clear(): void {
    this.count = 0;
    this.bytes = 0;
  }
}
