/** More than any database holds for an address: the largest known have a few hundred values in eight languages. */
const MOST_VALUES = 4096;
const MOST_TEXT_BYTES = 65_536;
const MOST_DEPTH = 16;

// MaxMind DB 2.0, "Data Field Format"
const EXTENDED = 0;
const POINTER = 1;
const TEXT = 2;
const MAP = 7;
const ARRAY = 11;
const BOOLEAN = 14;
/** What is added to pointers of each width. */
const POINTER_BASE = [0, 2048, 526_336, 0];
/** What is added to sizes that are written in 1, 2 or 3 bytes. */
const SIZE_BASE = [29, 285, 65_821];
const REFUSED = -1;

/**
 * Whether the value at `offset` of a MaxMind DB costs little to decode: it lies within the bytes, and with all that its
 * pointers lead to it has few values, little text, and little depth. Otherwise a hundred bytes can stand for more values
 * than any memory holds, or for a value without end. Pointers count from `base`. Allocates next to nothing, never throws.
 */
export function isCheap(bytes: Uint8Array, base: number, offset: number): boolean {
  return new ValueWalk(bytes, base).skip(offset, 0) !== REFUSED;
}

/** Whether a map begins at `offset`. */
export const isMapAt = (bytes: Uint8Array, offset: number): boolean => (bytes[offset] ?? 0) >>> 5 === MAP;

class ValueWalk {
  private readonly bytes: Uint8Array;
  private readonly base: number;
  private values = 0;
  private textBytes = 0;

  constructor(bytes: Uint8Array, base: number) {
    this.bytes = bytes;
    this.base = base;
  }

  /** The offset behind the value; REFUSED where it costs too much, or is not there. */
  skip(offset: number, depth: number): number {
    const { bytes } = this;
    if (depth > MOST_DEPTH || ++this.values > MOST_VALUES || offset >= bytes.length) return REFUSED;
    const control = bytes[offset]!;
    let type = control >>> 5;
    let at = offset + 1;
    if (type === POINTER) return this.follow(control, at, depth);
    if (type === EXTENDED) type = this.number(at++, 1) + 7;
    let size = control & 31;
    if (size >= 29) {
      const width = size - 28;
      size = SIZE_BASE[width - 1]! + this.number(at, width);
      at += width;
    }
    if (type === MAP) return this.skipEach(at, 2 * size, true, depth);
    if (type === ARRAY) return this.skipEach(at, size, false, depth);
    const end = type === BOOLEAN ? at : at + size;
    if (type === TEXT) this.textBytes += size;
    return end <= bytes.length && this.textBytes <= MOST_TEXT_BYTES ? end : REFUSED;
  }

  private skipEach(start: number, count: number, areKeyed: boolean, depth: number): number {
    let at = start;
    for (let index = 0; index < count; index++) {
      if (areKeyed && index % 2 === 0 && !this.isText(at)) return REFUSED;
      at = this.skip(at, depth + 1);
      if (at === REFUSED) return REFUSED;
    }
    return at;
  }

  private follow(control: number, at: number, depth: number): number {
    const end = at + ((control >>> 3) & 3) + 1;
    const target = this.target(control, at);
    // the format forbids a pointer that leads to another one
    const isSound = this.typeAt(target) !== POINTER && this.skip(target, depth + 1) !== REFUSED;
    return isSound && end <= this.bytes.length ? end : REFUSED;
  }

  private target(control: number, at: number): number {
    const size = (control >>> 3) & 3;
    const high = size === 3 ? 0 : (control & 7) * 256 ** (size + 1);
    return this.base + POINTER_BASE[size]! + high + this.number(at, size + 1);
  }

  /** Keys are texts, or pointers to such. */
  private isText(offset: number): boolean {
    const type = this.typeAt(offset);
    return type === TEXT || (type === POINTER && this.typeAt(this.target(this.bytes[offset]!, offset + 1)) === TEXT);
  }

  /** The three bits of the type; those of an extended one where there is no byte. */
  private typeAt(offset: number): number {
    return (this.bytes[offset] ?? 0) >>> 5;
  }

  /** Bytes that are not there count as 0: what would begin behind them is not there either. */
  private number(at: number, width: number): number {
    let value = 0;
    for (let index = at; index < at + width; index++) value = value * 256 + (this.bytes[index] ?? 0);
    return value;
  }
}
