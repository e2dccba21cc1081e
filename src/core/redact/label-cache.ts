const LONGEST = 63;
const PLACES = 1 << 12;

/**
 * What stands for labels, found by their bytes: no string is made of a label that was there before. Each label has one place, so
 * that what strangers send costs at most the making of it.
 */
export class LabelCache {
  private readonly make: (label: string) => Uint8Array;
  private readonly lengths = new Uint8Array(PLACES);
  private readonly from = new Uint8Array(PLACES * LONGEST);
  private readonly to = new Uint8Array(PLACES * LONGEST);

  /** `make` returns as many bytes as a label has, the same ones each time. */
  constructor(make: (label: string) => Uint8Array) {
    this.make = make;
  }

  /** Replaces a label of `length` bytes, at least 1 and at most 63. */
  replace(bytes: Uint8Array, at: number, length: number): void {
    const { from, to } = this;
    let hash = length;
    for (let index = at; index < at + length; index++) hash = Math.imul(hash ^ bytes[index]!, 0x01000193);
    const place = (hash ^ (hash >>> 15)) & (PLACES - 1);
    const start = place * LONGEST;
    let same = this.lengths[place] === length ? 0 : -1;
    while (same >= 0 && same < length) same = bytes[at + same] === from[start + same] ? same + 1 : -1;
    if (same < 0) this.learn(bytes, at, length, place);
    for (let index = 0; index < length; index++) bytes[at + index] = to[start + index]!;
  }

  private learn(bytes: Uint8Array, at: number, length: number, place: number): void {
    const start = place * LONGEST;
    let label = '';
    for (let index = 0; index < length; index++) {
      const byte = bytes[at + index]!;
      this.from[start + index] = byte;
      label += String.fromCharCode(byte);
    }
    this.lengths[place] = length;
    this.to.set(this.make(label), start);
  }
}
