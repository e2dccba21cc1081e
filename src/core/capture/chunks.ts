import type { ByteSource } from './byte-source.ts';

/**
 * Read at once: large enough that asking for it costs little, and small enough that it is still in the processor's cache
 * when it is looked at, and copied (measured where 560 of 640 MB are copied: a tenth less than with 4 MiB, and with 256 KiB
 * a fifth more).
 */
const CHUNK = 1024 * 1024;
/**
 * So much of a chunk's length as a power of two divides by is room before it, for the record that the one before it ended
 * within: an eighth. Shifted, not multiplied: V8 keeps the product with a fraction as a double, and with it every offset
 * in every packet, which costs a tenth of all time.
 */
const HEADROOM_SHIFT = 3;

/**
 * The bytes of a source as a window [offset, end) that moves on. Two buffers: the next chunk is read into one while the
 * other is looked at, so that reading and dissecting overlap. Always a plain Uint8Array, never a Buffer: code that has
 * seen one class of array only stays fast.
 */
export class Chunks {
  bytes: Uint8Array = new Uint8Array(0);
  offset = 0;
  end = 0;
  /** Bytes of the source before `bytes[0]`, so that a place can be named. */
  before = 0;
  private spare: Uint8Array;
  private ahead: Promise<number> | null = null;
  private isHeldOffered = false;
  private readonly source: ByteSource;
  private readonly headroom: number;

  /** `chunk` bytes are read at once. */
  constructor(source: ByteSource, chunk = CHUNK) {
    this.source = source;
    this.headroom = chunk >> HEADROOM_SHIFT;
    this.spare = new Uint8Array(this.headroom + chunk);
  }

  /** Place in the source of `offset`. */
  get position(): number {
    return this.before + this.offset;
  }

  /** True once: what was read to tell the format may hold frames already, which are offered before more is read. */
  offerHeld(): boolean {
    const isFirst = !this.isHeldOffered;
    this.isHeldOffered = true;
    return isFirst;
  }

  /** At the end: whether what the bytes were packed in ended too early, which they do not show themselves. */
  isCutShort(): boolean {
    return this.source.isCutShort?.() === true;
  }

  close(): Promise<void> {
    return this.source.close();
  }

  /** Adds at least one byte to the window, keeping what is in it; false at the end of the source. */
  async more(): Promise<boolean> {
    const { spare, headroom } = this;
    this.ahead ??= this.source.read(spare, headroom, spare.length - headroom);
    const added = await this.ahead;
    this.ahead = null;
    if (added === 0) return false;
    const kept = this.end - this.offset;
    const position = this.position;
    const used = this.bytes;
    if (kept <= headroom) {
      spare.set(used.subarray(this.offset, this.end), headroom - kept);
      this.bytes = spare;
      this.offset = headroom - kept;
      this.end = headroom + added;
      this.spare = used.length === spare.length ? used : new Uint8Array(spare.length);
    } else {
      const larger = new Uint8Array(kept + added);
      larger.set(used.subarray(this.offset, this.end));
      larger.set(spare.subarray(headroom, headroom + added), kept);
      this.bytes = larger;
      this.offset = 0;
      this.end = kept + added;
    }
    this.before = position - this.offset;
    this.ahead = this.source.read(this.spare, headroom, this.spare.length - headroom);
    this.ahead.catch(() => {}); // told when it is awaited, unless nobody reads on
    return true;
  }

  /** At least `count` bytes in the window; false when the source ends before. */
  async need(count: number): Promise<boolean> {
    while (this.end - this.offset < count) if (!(await this.more())) return false;
    return true;
  }
}
