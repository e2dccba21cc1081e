// FIPS 197, AES-128, one block: what hides the headers of QUIC (RFC 9001, 5.4.3). An object of node:crypto for one block takes
// 2 µs; a key and a block take 0.15 µs here. A table is looked up by bytes of the key, which tells a key to who can measure the
// time of it: these are the keys of Initial packets, which everybody knows who sees the packet.

const KEY_WORDS = 4;
const ROUNDS = 10;
/** Words of the keys of all rounds. */
export const ROUND_KEY_WORDS = 4 * (ROUNDS + 1);

/** The product in GF(2⁸) by x, of one byte (4.2.1). */
const doubled = (byte: number): number => (byte << 1) ^ (byte & 0x80 ? 0x11b : 0);

/** The S-box (5.1.1): along the powers of 3, and backwards along those of its inverse. */
const S = new Uint8Array(256);
for (let value = 1, inverse = 1, count = 0; count < 255; count++) {
  const spread = inverse * 0x101; // the byte twice, so that a shift turns it
  S[value] = 0x63 ^ inverse ^ (spread >> 7) ^ (spread >> 6) ^ (spread >> 5) ^ (spread >> 4);
  value ^= doubled(value);
  for (const bits of [1, 2, 4]) inverse ^= inverse << bits;
  inverse &= 0xff;
  if (inverse & 0x80) inverse ^= 0x09;
}
S[0] = 0x63;

/** What a byte of a column becomes in a round, S-box and mixed columns in one (5.1.3), for each of its four rows. */
const MIXED = [0, 8, 16, 24].map((bits) =>
  Int32Array.from(S, (byte) => {
    const word = (doubled(byte) << 24) | (byte << 16) | (byte << 8) | (doubled(byte) ^ byte);
    return (word >>> bits) | (word << ((32 - bits) & 31));
  }),
);
const [M0, M1, M2, M3] = MIXED as [Int32Array, Int32Array, Int32Array, Int32Array];

/** Makes the keys of all rounds of the first four words of `key` (5.2). */
export function expandKey(roundKeys: Int32Array, key: Int32Array): void {
  for (let index = 0; index < KEY_WORDS; index++) roundKeys[index] = key[index]!;
  let constant = 1;
  for (let at = KEY_WORDS; at < ROUND_KEY_WORDS; at += KEY_WORDS) {
    const last = roundKeys[at - 1]!;
    const turned = bytesOf(S[(last >>> 16) & 255]!, S[(last >>> 8) & 255]!, S[last & 255]!, S[last >>> 24]!);
    roundKeys[at] = roundKeys[at - 4]! ^ turned ^ (constant << 24);
    for (let next = at + 1; next < at + KEY_WORDS; next++)
      roundKeys[next] = roundKeys[next - 4]! ^ roundKeys[next - 1]!;
    constant = doubled(constant);
  }
}

/** Encrypts the block, which is four words, in its place (5.1). */
export function encryptBlock(roundKeys: Int32Array, block: Int32Array): void {
  let a = block[0]! ^ roundKeys[0]!;
  let b = block[1]! ^ roundKeys[1]!;
  let c = block[2]! ^ roundKeys[2]!;
  let d = block[3]! ^ roundKeys[3]!;
  for (let at = 4; at < 4 * ROUNDS; at += 4) {
    const e = M0[a >>> 24]! ^ M1[(b >>> 16) & 255]! ^ M2[(c >>> 8) & 255]! ^ M3[d & 255]! ^ roundKeys[at]!;
    const f = M0[b >>> 24]! ^ M1[(c >>> 16) & 255]! ^ M2[(d >>> 8) & 255]! ^ M3[a & 255]! ^ roundKeys[at + 1]!;
    const g = M0[c >>> 24]! ^ M1[(d >>> 16) & 255]! ^ M2[(a >>> 8) & 255]! ^ M3[b & 255]! ^ roundKeys[at + 2]!;
    d = M0[d >>> 24]! ^ M1[(a >>> 16) & 255]! ^ M2[(b >>> 8) & 255]! ^ M3[c & 255]! ^ roundKeys[at + 3]!;
    a = e;
    b = f;
    c = g;
  }
  block[0] = bytesOf(S[a >>> 24]!, S[(b >>> 16) & 255]!, S[(c >>> 8) & 255]!, S[d & 255]!) ^ roundKeys[40]!;
  block[1] = bytesOf(S[b >>> 24]!, S[(c >>> 16) & 255]!, S[(d >>> 8) & 255]!, S[a & 255]!) ^ roundKeys[41]!;
  block[2] = bytesOf(S[c >>> 24]!, S[(d >>> 16) & 255]!, S[(a >>> 8) & 255]!, S[b & 255]!) ^ roundKeys[42]!;
  block[3] = bytesOf(S[d >>> 24]!, S[(a >>> 16) & 255]!, S[(b >>> 8) & 255]!, S[c & 255]!) ^ roundKeys[43]!;
}

const bytesOf = (first: number, second: number, third: number, fourth: number): number =>
  (first << 24) | (second << 16) | (third << 8) | fourth;
