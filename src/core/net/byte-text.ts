const ZERO = 0x30;
const DOT = 0x2e;
const MINUS = 0x2d;
/** The most bytes of a whole number that a double holds exactly, with its sign. */
const MOST_DIGITS = 17;
const MOST_IPV4 = 15;
const MOST_EXACT = 2 ** 53;
const encoder = new TextEncoder();

/** The bytes of a text that does not change. */
export const constant = (text: string): Uint8Array => encoder.encode(text);

/** Text that is written as UTF-8 at once, without strings between: what rows of packets are made of. */
export class ByteText {
  bytes: Uint8Array;
  length = 0;

  constructor(room: number) {
    this.bytes = new Uint8Array(room);
  }

  /** There is room for `count` more bytes then. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  /** What was written since; it is the caller's. */
  take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.length);
    this.bytes = new Uint8Array(this.bytes.length);
    this.length = 0;
    return taken;
  }

  byte(code: number): void {
    this.reserve(1);
    this.bytes[this.length++] = code;
  }

  /** By a loop: the pieces are short, and a call of `set` costs as much as forty bytes. */
  constant(text: Uint8Array): void {
    const { length } = text;
    this.reserve(length);
    const { bytes } = this;
    let at = this.length;
    for (let index = 0; index < length; index++) bytes[at++] = text[index]!;
    this.length = at;
  }

  /** The same for hundreds of bytes. */
  longConstant(text: Uint8Array): void {
    this.reserve(text.length);
    this.bytes.set(text, this.length);
    this.length += text.length;
  }

  /** A text of ASCII. */
  ascii(text: string): void {
    const { length } = text;
    this.reserve(length);
    const { bytes } = this;
    let at = this.length;
    for (let index = 0; index < length; index++) bytes[at++] = text.charCodeAt(index);
    this.length = at;
  }

  /** Any text; without a pair, a surrogate becomes U+FFFD. */
  text(text: string): void {
    this.reserve(text.length * 3);
    this.length += encoder.encodeInto(text, this.bytes.subarray(this.length)).written;
  }

  /** A whole number that a double holds exactly. */
  integer(value: number): void {
    if (value < 0) {
      this.byte(MINUS);
      this.integer(-value);
      return;
    }
    this.reserve(MOST_DIGITS);
    let digits = 1;
    for (let limit = 10; value >= limit && digits < MOST_DIGITS; limit *= 10) digits++;
    this.digits(value, digits);
  }

  /** The last `count` digits of a number, with zeros before it. */
  digits(value: number, count: number): void {
    this.reserve(count);
    const { bytes, length } = this;
    let rest = value;
    let at = length + count;
    // beyond 31 bits division is of doubles, which takes longer
    while (rest > 0x3fff_ffff && at > length) {
      const next = Math.floor(rest / 10);
      bytes[--at] = ZERO + (rest - next * 10);
      rest = next;
    }
    let small = rest | 0;
    while (at > length) {
      const next = (small / 10) | 0;
      bytes[--at] = ZERO + small - next * 10;
      small = next;
    }
    this.length = length + count;
  }

  /** `10.0.0.1` from its 32 bits in network order. */
  ipv4(address: number): void {
    this.reserve(MOST_IPV4);
    this.octet(address >>> 24);
    this.bytes[this.length++] = DOT;
    this.octet((address >>> 16) & 255);
    this.bytes[this.length++] = DOT;
    this.octet((address >>> 8) & 255);
    this.bytes[this.length++] = DOT;
    this.octet(address & 255);
  }

  private octet(value: number): void {
    const { bytes } = this;
    if (value >= 100) {
      const hundreds = value >= 200 ? 2 : 1;
      bytes[this.length++] = ZERO + hundreds;
      value -= hundreds * 100;
      const tens = (value / 10) | 0;
      bytes[this.length++] = ZERO + tens;
      value -= tens * 10;
    } else if (value >= 10) {
      const tens = (value / 10) | 0;
      bytes[this.length++] = ZERO + tens;
      value -= tens * 10;
    }
    bytes[this.length++] = ZERO + value;
  }
}

const scratch = new ByteText(256);

/** What is written as a string. */
export function writtenText(write: (out: ByteText) => void): string {
  scratch.length = 0;
  write(scratch);
  const { bytes, length } = scratch;
  return Buffer.from(bytes.buffer, bytes.byteOffset, length).toString();
}

/** Digits that tell a double from all others, whatever it is (C, DBL_DIG). */
const SURE_DIGITS = 1e15;
const NANOSECONDS = 1e9;

/**
 * So many nanoseconds as seconds, as JavaScript writes the quotient: a number of up to fifteen digits is the shortest that
 * is read back as that double.
 */
export function writeSeconds(out: ByteText, nanoseconds: number): void {
  const size = Math.abs(nanoseconds);
  if (size === 0) {
    out.byte(ZERO);
    return;
  }
  // below a microsecond there is an exponent
  if (size < 1000 || size >= SURE_DIGITS || size > MOST_EXACT) {
    out.ascii(String(nanoseconds / NANOSECONDS));
    return;
  }
  if (nanoseconds < 0) out.byte(MINUS);
  const whole = Math.floor(size / NANOSECONDS);
  out.integer(whole);
  let fraction = size - whole * NANOSECONDS;
  if (fraction === 0) return;
  let digits = 9;
  while (fraction % 1000 === 0) {
    fraction /= 1000;
    digits -= 3;
  }
  while (fraction % 10 === 0) {
    fraction /= 10;
    digits--;
  }
  out.byte(DOT);
  out.digits(fraction, digits);
}
