import { type Cipher, createCipheriv } from 'node:crypto';
import { keptBits4, keptBits6, whereIpv4Lies } from './kept-prefixes.ts';

const BLOCK = 16;
/** Entries of the caches: each has one place, so that what strangers send costs at most the computing of it. */
const PLACES4 = 1 << 16;
const PLACES6 = 1 << 13;

/**
 * Other addresses for addresses, the same ones each time under a key: Crypto-PAn (Xu, Fan, Ammar, Moon 2002), for IPv6
 * too. Two addresses that share their first n bits share exactly n afterwards. Addresses of a special block stay in it
 * (kept-prefixes.ts), and no other address gets there. An address of IPv4 inside one of IPv6 becomes what it becomes
 * by itself.
 */
export class AddressMap {
  private readonly cipher: Cipher;
  private readonly pad: Uint8Array;
  private readonly blocks4 = new Uint8Array(32 * BLOCK);
  private readonly blocks6 = new Uint8Array(128 * BLOCK);
  private readonly flips = new Uint8Array(BLOCK);
  private readonly address = new Uint8Array(4);
  private readonly from4 = new Uint32Array(PLACES4);
  private readonly to4 = new Uint32Array(PLACES4);
  private readonly from6 = new Uint32Array(PLACES6 * 4);
  private readonly to6 = new Uint8Array(PLACES6 * BLOCK);

  /** `key` has 32 bytes, as Crypto-PAn's. */
  constructor(key: Uint8Array) {
    this.cipher = createCipheriv('aes-128-ecb', key.subarray(0, BLOCK), null);
    this.cipher.setAutoPadding(false);
    this.pad = this.cipher.update(key.subarray(BLOCK, 2 * BLOCK));
    for (let bit = 0; bit < 128; bit++) this.blocks6.set(this.pad, bit * BLOCK);
    this.blocks4.set(this.blocks6.subarray(0, this.blocks4.length));
  }

  /** The 32 bits that stand for those of an IPv4 address, both unsigned. */
  v4(address: number): number {
    const of = address >>> 0;
    if (of === 0) return 0; // what an empty place says that it knows
    const place = placeOf4(of);
    if (this.from4[place] !== of) {
      this.to4[place] = this.compute4(of);
      this.from4[place] = of;
    }
    return this.to4[place]!;
  }

  /** Replaces the four bytes at `at`. */
  replace4(bytes: Uint8Array, at: number): void {
    const address = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    const other = this.v4(address);
    bytes[at] = other >>> 24;
    bytes[at + 1] = other >>> 16;
    bytes[at + 2] = other >>> 8;
    bytes[at + 3] = other;
  }

  /** Replaces the sixteen bytes at `at`. */
  replace6(bytes: Uint8Array, at: number): void {
    const a = word(bytes, at);
    const b = word(bytes, at + 4);
    const c = word(bytes, at + 8);
    const d = word(bytes, at + 12);
    if ((a | b | c | d) === 0) return;
    const { from6, to6 } = this;
    const place = placeOf6(a, b, c, d);
    const key = place * 4;
    const value = place * BLOCK;
    if (from6[key] !== a || from6[key + 1] !== b || from6[key + 2] !== c || from6[key + 3] !== d) {
      const other = this.compute6(bytes, at);
      to6.set(other, value);
      from6[key] = a;
      from6[key + 1] = b;
      from6[key + 2] = c;
      from6[key + 3] = d;
    }
    for (let index = 0; index < BLOCK; index++) bytes[at + index] = to6[value + index]!;
  }

  private compute4(address: number): number {
    const bytes = this.address;
    bytes[0] = address >>> 24;
    bytes[1] = address >>> 16;
    bytes[2] = address >>> 8;
    bytes[3] = address;
    const flips = this.turned(bytes, 32, this.blocks4, keptBits4(address));
    return (address ^ word(flips, 0)) >>> 0;
  }

  private compute6(bytes: Uint8Array, at: number): Uint8Array {
    const address = bytes.slice(at, at + BLOCK);
    const flips = this.turned(address, 128, this.blocks6, keptBits6(address));
    const other = address.map((byte, index) => byte ^ flips[index]!);
    const inner = whereIpv4Lies(address);
    if (inner >= 0) {
      other.set(address.subarray(inner, inner + 4), inner);
      this.replace4(other, inner);
    }
    return other;
  }

  /** The bits to turn over: each depends on those before it in the address, and the first `kept` stay. Valid until the next call. */
  private turned(address: Uint8Array, bits: number, blocks: Uint8Array, kept: number): Uint8Array {
    const { pad, flips } = this;
    flips.fill(0);
    if (kept >= bits) return flips;
    for (let bit = kept; bit < bits; bit++) {
      // what follows in each block is the pad, and was put there before
      const block = bit * BLOCK;
      const whole = bit >>> 3;
      for (let index = 0; index < whole; index++) blocks[block + index] = address[index]!;
      const mask = 0xff00 >>> (bit & 7);
      blocks[block + whole] = (address[whole]! & mask) | (pad[whole]! & ~mask);
    }
    const made = this.cipher.update(blocks.subarray(kept * BLOCK, bits * BLOCK));
    for (let bit = kept, at = 0; bit < bits; bit++, at += BLOCK) {
      flips[bit >>> 3]! |= (made[at]! >>> 7) << (7 - (bit & 7));
    }
    return flips;
  }
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

const placeOf4 = (address: number): number => Math.imul(address ^ (address >>> 15), 0x9e3779b1) >>> 16;

function placeOf6(a: number, b: number, c: number, d: number): number {
  const mixed =
    Math.imul(a, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35) ^ Math.imul(c, 0x27d4eb2f) ^ Math.imul(d, 0x9e3779b1);
  return Math.imul(mixed ^ (mixed >>> 15), 0x9e3779b1) >>> 19;
}
