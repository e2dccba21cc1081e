import { type Cipher, createCipheriv } from 'node:crypto';

const BLOCK = 16;
const PLACES = 1 << 12;

/**
 * Other MAC addresses for MAC addresses, the same ones each time under a key. Groups stay groups; all others become
 * locally administered, so that they name no vendor. Addresses that everybody has stay as they are: none, broadcast, and
 * the groups of protocols.
 */
export class MacMap {
  private readonly cipher: Cipher;
  private readonly block = new Uint8Array(BLOCK);
  private readonly from = new Float64Array(PLACES).fill(-1);
  private readonly to = new Uint8Array(PLACES * 6);

  constructor(key: Uint8Array) {
    this.cipher = createCipheriv('aes-128-ecb', key.subarray(0, BLOCK), null);
    this.cipher.setAutoPadding(false);
  }

  /** Replaces the six bytes at `at`. */
  replace(bytes: Uint8Array, at: number): void {
    const high = (bytes[at]! << 8) | bytes[at + 1]!;
    const low = ((bytes[at + 2]! << 24) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!) >>> 0;
    const place = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> 20;
    const of = high * 2 ** 32 + low;
    const value = place * 6;
    const { from, to } = this;
    if (from[place] !== of) {
      this.learn(bytes, at, value);
      from[place] = of;
    }
    for (let index = 0; index < 6; index++) bytes[at + index] = to[value + index]!;
  }

  private learn(bytes: Uint8Array, at: number, value: number): void {
    const was = bytes.subarray(at, at + 6);
    if (isWellKnown(bytes, at)) {
      this.to.set(was, value);
      return;
    }
    this.block.set(was);
    const made = this.cipher.update(this.block);
    this.to.set(made.subarray(0, 6), value);
    this.to[value] = (made[0]! & 0xfc) | 2 | (bytes[at]! & 1);
  }
}

/** Whether it is an address of a group, made out of an address of IP, that may tell of it. */
export function isOfIpGroup(bytes: Uint8Array, at: number): boolean {
  if ((bytes[at]! & 1) === 0 || isWellKnown(bytes, at)) return false;
  if (bytes[at] === 0x33 && bytes[at + 1] === 0x33) return true;
  return bytes[at] === 1 && bytes[at + 1] === 0 && bytes[at + 2] === 0x5e;
}

function isWellKnown(bytes: Uint8Array, at: number): boolean {
  const a = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
  const b = (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!;
  switch (a) {
    case 0:
      return b === 0;
    case 0xffffff:
      return b === 0xffffff;
    case 0x0180c2: // bridges, LLDP
    case 0x333300: // ff02::1, ff02::1:2
      return b <= 0xff || (a === 0x333300 && b >= 0x010000 && b <= 0x0100ff);
    case 0x01005e: // 224.0.0.0/24, 239.255.255.250
      return b <= 0xff || b === 0x7ffffa;
    case 0x01000c: // CDP, PVST
      return b === 0xcccccc || b === 0xcccccd;
    default:
      return false;
  }
}
