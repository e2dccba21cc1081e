import { latin1 } from '../wire/bytes.ts';

/**
 * What stands for short texts, found by their bytes: no string is made of one that was there before. Each has one place, so
 * that what strangers send costs at most the making of it.
 */
export class TextCache {
  /** The most bytes that a text may have. */
  readonly longest: number;
  private readonly make: (text: string) => Uint8Array;
  private readonly lengths: Uint8Array;
  private readonly from: Uint8Array;
  private readonly to: Uint8Array;

  /** `longest` is at most 255, `places` a power of two; `make` returns as many bytes as a text has, the same ones each time. */
  constructor(longest: number, places: number, make: (text: string) => Uint8Array) {
    this.longest = longest;
    this.make = make;
    this.lengths = new Uint8Array(places);
    this.from = new Uint8Array(places * longest);
    this.to = new Uint8Array(places * longest);
  }

  /** Replaces a text of `length` bytes, at least 1 and at most `longest`; a byte is a character. */
  replace(bytes: Uint8Array, at: number, length: number): void {
    const { from, to, lengths } = this;
    let hash = length;
    for (let index = at; index < at + length; index++) hash = Math.imul(hash ^ bytes[index]!, 0x01000193);
    const place = (hash ^ (hash >>> 15)) & (lengths.length - 1);
    const start = place * this.longest;
    let same = lengths[place] === length ? 0 : -1;
    while (same >= 0 && same < length) same = bytes[at + same] === from[start + same] ? same + 1 : -1;
    if (same < 0) this.learn(bytes, at, length, place);
    for (let index = 0; index < length; index++) bytes[at + index] = to[start + index]!;
  }

  private learn(bytes: Uint8Array, at: number, length: number, place: number): void {
    const start = place * this.longest;
    for (let index = 0; index < length; index++) this.from[start + index] = bytes[at + index]!;
    this.to.set(this.make(latin1(bytes, at, at + length)), start);
    this.lengths[place] = length;
  }
}
