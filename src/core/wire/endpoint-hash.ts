import { type RandomWords, systemRandomWords } from './random-words.ts';

/** Halves of four words, and a port. */
const KEYS = 9;

/**
 * A hash, under a secret, of endpoints that strangers choose. Each 16 bits are multiplied by a random word of their own and
 * all are added modulo 2^32 (multilinear: Dietzfelbinger 1996; Lemire and Kaser, Strongly Universal String Hashing is Fast,
 * 2014): two that differ are the same for one secret in 2^17 or fewer, however they were chosen. Words may not be folded
 * before a secret was put in: what falls together there does so under every seed. What comes then is one to one.
 */
export class EndpointHash {
  private readonly keys = new Int32Array(KEYS);
  private readonly random: RandomWords;

  constructor(random: RandomWords = systemRandomWords) {
    this.random = random;
    this.renew();
  }

  /** Another secret: every hash is another one from now on. */
  renew(): void {
    this.random(this.keys);
  }

  /** 32 bits of two endpoints and the transport between them, the same in either direction. */
  ofEnds(
    transport: number,
    ipVersion: number,
    a0: number,
    a1: number,
    a2: number,
    a3: number,
    aPort: number,
    b0: number,
    b1: number,
    b2: number,
    b3: number,
    bPort: number,
  ): number {
    const sum =
      ipVersion === 6
        ? this.ofIpv6(a0, a1, a2, a3, aPort) + this.ofIpv6(b0, b1, b2, b3, bPort)
        : this.ofIpv4(a0, aPort) + this.ofIpv4(b0, bPort);
    return (sum + transport) | 0;
  }

  /** 32 bits of an IPv4 address and a port. */
  ofIpv4(word: number, port: number): number {
    const { keys } = this;
    return spread(
      Math.imul(word & 0xffff, keys[0]!) + Math.imul(word >>> 16, keys[1]!) + Math.imul(port & 0xffff, keys[8]!),
    );
  }

  /** 32 bits of the four words of an IPv6 address and a port. */
  ofIpv6(w0: number, w1: number, w2: number, w3: number, port: number): number {
    const { keys } = this;
    const upper = (Math.imul(w0 & 0xffff, keys[0]!) + Math.imul(w0 >>> 16, keys[1]!)) | 0;
    return spread(
      upper +
        ((Math.imul(w1 & 0xffff, keys[2]!) + Math.imul(w1 >>> 16, keys[3]!)) | 0) +
        ((Math.imul(w2 & 0xffff, keys[4]!) + Math.imul(w2 >>> 16, keys[5]!)) | 0) +
        ((Math.imul(w3 & 0xffff, keys[6]!) + Math.imul(w3 >>> 16, keys[7]!)) | 0) +
        Math.imul(port & 0xffff, keys[8]!),
    );
  }
}

/**
 * The finalizer of MurmurHash3 (Appleby, public domain), one to one on 32 bits. It makes the sum of two hashes, which is
 * the same in either direction, one that does not show when halves change places between the two.
 */
export function spread(sum: number): number {
  let hash = sum ^ (sum >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
