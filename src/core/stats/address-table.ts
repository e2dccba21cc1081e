import { formatIpv4, formatIpv6 } from '../net/ip-address.ts';
import { EndpointHash } from '../wire/endpoint-hash.ts';
import type { RandomWords } from '../wire/random-words.ts';
import { type NewSlots, newSlots } from '../wire/slots.ts';

const FIRST_CAPACITY = 1024;
/** A version and four words; IPv4 is in the first word. */
const KEY = 5;
/** Slots a new address may be away from where its hash points, before another seed is taken; as of the flow table. */
const MOST_LOOKS = 128;
const BEFORE_NEXT_SEED = 1 / 4;

/**
 * Numbers addresses from 0, in the order they come: open addressing over words, so that a look makes no text. Strangers
 * choose the addresses, so the hash is a secret of each table.
 */
export class AddressTable {
  /** How many there are. */
  size = 0;
  private readonly most: number;
  private keys = new Int32Array((FIRST_CAPACITY / 2) * KEY);
  private slots: Int32Array; // number plus 1
  private readonly hash: EndpointHash;
  private readonly makeSlots: NewSlots;
  /** How many there were when the slots were filled. */
  private placed = 0;

  constructor(most: number, random?: RandomWords, makeSlots: NewSlots = newSlots) {
    this.most = most;
    this.makeSlots = makeSlots;
    this.slots = makeSlots(FIRST_CAPACITY);
    this.hash = new EndpointHash(random);
  }

  /** The number of the address, a new one if need be; -1 when there are too many. */
  numberOf(version: number, w0: number, w1: number, w2: number, w3: number): number {
    const { keys, slots } = this;
    const mask = slots.length - 1;
    let slot = this.hashOf(version, w0, w1, w2, w3) & mask;
    let looks = 1;
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
      looks++;
    }
    if (this.size === this.most) return -1;
    keys.set([version, w0, w1, w2, w3], this.size * KEY);
    slots[slot] = ++this.size;
    if (this.size * 2 === slots.length) this.grow();
    else if (looks > MOST_LOOKS && this.size - this.placed >= this.size * BEFORE_NEXT_SEED) this.place(slots.length);
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
    this.place(this.slots.length * 2);
  }

  /** Puts all into so many slots, by another seed. */
  private place(count: number): void {
    const { keys } = this;
    this.hash.renew();
    this.placed = this.size;
    this.slots = this.makeSlots(count);
    const mask = count - 1;
    for (let number = 0; number < this.size; number++) {
      const at = number * KEY;
      let slot = this.hashOf(keys[at]!, keys[at + 1]!, keys[at + 2]!, keys[at + 3]!, keys[at + 4]!) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = number + 1;
    }
  }

  /** The version stands where endpoints have a port. */
  private hashOf(version: number, w0: number, w1: number, w2: number, w3: number): number {
    return version === 4 ? this.hash.ofIpv4(w0, 4) : this.hash.ofIpv6(w0, w1, w2, w3, version);
  }
}
