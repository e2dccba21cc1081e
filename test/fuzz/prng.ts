/** A small fast counter (sfc32, Doty-Humphrey, public domain): the same seed gives the same numbers on every machine. */
export class Prng {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** Every part is mixed in: the seed of the run, the target, the number of the input. */
  constructor(...parts: readonly number[]) {
    let hash = 0x9e3779b9;
    for (const part of parts) {
      for (const word of [part >>> 0, Math.floor(part / 2 ** 32) >>> 0]) {
        hash = Math.imul(hash ^ word, 0x85ebca6b);
        hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
        hash ^= hash >>> 16;
      }
    }
    this.a = hash;
    this.b = Math.imul(hash, 0x27d4eb2f) ^ 0x165667b1;
    this.c = parts.length;
    for (let round = 0; round < 12; round++) this.next();
  }

  /** 32 bits, unsigned. */
  next(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** A whole number from 0 to `below` - 1; 0 when nothing is below. */
  below(below: number): number {
    return below <= 1 ? 0 : this.next() % below;
  }

  /** One time in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  /** From 1 on, each one more half as likely. */
  few(most: number): number {
    let count = 1;
    while (count < most && this.once(2)) count++;
    return count;
  }

  of<T>(list: ArrayLike<T>): T {
    return list[this.below(list.length)]!;
  }
}
