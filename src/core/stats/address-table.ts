import { formatIpv4, formatIpv6 } from '../net/ip-address.ts';

const FIRST_CAPACITY = 1024;
/** A version and four words; IPv4 is in the first word. */
const KEY = 5;

/** Numbers addresses from 0, in the order they come: open addressing over words, so that a look makes no text. */
export class AddressTable {
  /** How many there are. */
  size = 0;
  private readonly most: number;
  private keys = new Int32Array((FIRST_CAPACITY / 2) * KEY);
  private slots = new Int32Array(FIRST_CAPACITY); // number plus 1

  constructor(most: number) {
    this.most = most;
  }

  /** The number of the address, a new one if need be; -1 when there are too many. */
  numberOf(version: number, w0: number, w1: number, w2: number, w3: number): number {
    const { keys, slots } = this;
    const mask = slots.length - 1;
    let slot = hashOf(version, w0, w1, w2, w3) & mask;
    for (let found = slots[slot]!; found !== 0; found = slots[slot]!) {
      const at = (found - 1) * KEY;
      if (
        keys[at + 1] === w0 &&
        keys[at + 2] === w1 &&
        keys[at + 3] === w2 &&
        keys[at + 4] === w3 &&
        keys[at] === version
      ) {
        return found - 1;
      }
      slot = (slot + 1) & mask;
    }
    if (this.size === this.most) return -1;
    keys.set([version, w0, w1, w2, w3], this.size * KEY);
    slots[slot] = ++this.size;
    if (this.size * 2 === slots.length) this.grow();
    return this.size - 1;
  }

  /** Canonical text of the address with this number. */
  text(number: number): string {
    const at = number * KEY;
    if (this.keys[at] === 4) return formatIpv4(this.keys[at + 1]!);
    const words = new DataView(new ArrayBuffer(16));
    for (let word = 0; word < 4; word++) words.setInt32(4 * word, this.keys[at + 1 + word]!);
    return formatIpv6(new Uint8Array(words.buffer));
  }

  private grow(): void {
    const { keys } = this;
    this.keys = new Int32Array(keys.length * 2);
    this.keys.set(keys);
    this.slots = new Int32Array(this.slots.length * 2);
    const mask = this.slots.length - 1;
    for (let number = 0; number < this.size; number++) {
      const at = number * KEY;
      let slot = hashOf(keys[at]!, keys[at + 1]!, keys[at + 2]!, keys[at + 3]!, keys[at + 4]!) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = number + 1;
    }
  }
}

/** Multiplies and shifts after FNV-1a and the finalizer of MurmurHash3: neighbours in a network fall apart. */
function hashOf(version: number, w0: number, w1: number, w2: number, w3: number): number {
  let hash = version;
  hash = Math.imul(hash ^ w0, 0x01000193);
  hash = Math.imul(hash ^ w1, 0x01000193);
  hash = Math.imul(hash ^ w2, 0x01000193);
  hash = Math.imul(hash ^ w3, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
