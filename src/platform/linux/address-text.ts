import { formatIpv4, formatIpv6 } from '../../core/net/ip-address.ts';

/**
 * Text of the addresses that the kernel hands over as 32-bit words in network order, which a little-endian machine reads
 * reversed. A listing of 18,000 sockets holds few different addresses, so texts are remembered: a table of fixed size
 * for each family, in which a new address takes the place of the one that hashed alike.
 */
const SLOT_BITS = 14;
const SLOTS = 1 << SLOT_BITS;

const ipv4Words = new Uint32Array(SLOTS);
const ipv4Texts: string[] = new Array<string>(SLOTS).fill('0.0.0.0');

const ipv6Words = new Uint32Array(4 * SLOTS);
const ipv6Texts: string[] = new Array<string>(SLOTS).fill('::');

/** The dotted quad of one word. */
export function ipv4Text(word: number): string {
  const slot = slotOf(word);
  if (ipv4Words[slot] !== word) {
    ipv4Words[slot] = word;
    ipv4Texts[slot] = formatIpv4((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24));
  }
  return ipv4Texts[slot]!;
}

/** The canonical text of the four words at `at`. */
export function ipv6Text(words: Uint32Array, at: number): string {
  const a = words[at]!;
  const b = words[at + 1]!;
  const c = words[at + 2]!;
  const d = words[at + 3]!;
  const slot = slotOf(Math.imul(Math.imul(Math.imul(a, 31) ^ b, 31) ^ c, 31) ^ d);
  const kept = 4 * slot;
  if (ipv6Words[kept] !== a || ipv6Words[kept + 1] !== b || ipv6Words[kept + 2] !== c || ipv6Words[kept + 3] !== d) {
    ipv6Words.set([a, b, c, d], kept);
    ipv6Texts[slot] = formatIpv6(new Uint8Array(ipv6Words.buffer, 4 * kept, 16));
  }
  return ipv6Texts[slot]!;
}

/** Whether the four words at `at` are an IPv4-mapped address, ::ffff:0:0/96 (RFC 4291, 2.5.5.2). */
export function isMapped(words: Uint32Array, at: number): boolean {
  return words[at + 2] === 0xffff0000 && words[at + 1] === 0 && words[at] === 0;
}

/** Whether a text is the address that stands for none or any. */
export function isAny(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** Multiplicative hashing (Knuth, volume 3, 6.4). */
function slotOf(word: number): number {
  return Math.imul(word, 0x9e3779b1) >>> (32 - SLOT_BITS);
}
