const BASE64 = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PAD = 0x3d;

/** Where a message is put, from its start: at most 55 bytes, which with its length fit into one block. */
export const message = new Uint8Array(64);

/** The words of a block, for who has its message as words: the first sixteen, and the place of others. */
export const words = new Int32Array(80);
const digest = new Int32Array(5);
const text = Buffer.alloc(28);

/**
 * SHA-1 (FIPS 180-4) of the first `length` bytes of `message`, in base64. Not by node:crypto: for a run that needs some
 * thousands, to load and to warm that takes twice as long as this.
 */
export function sha1Base64(length: number): string {
  message.fill(0, length);
  message[length] = 0x80;
  message[62] = length >>> 5;
  message[63] = length << 3;
  for (let index = 0, at = 0; index < 16; index++, at += 4) {
    words[index] = (message[at]! << 24) | (message[at + 1]! << 16) | (message[at + 2]! << 8) | message[at + 3]!;
  }
  putDigestOfWords(text, 0);
  return text.toString('latin1');
}

/** Puts SHA-1 of the block in `words`, in base64, into `bytes` from `at` on: 28 of them. */
export function putDigestOfWords(bytes: Uint8Array, at: number): void {
  for (let index = 16; index < 80; index++) {
    const word = words[index - 3]! ^ words[index - 8]! ^ words[index - 14]! ^ words[index - 16]!;
    words[index] = (word << 1) | (word >>> 31);
  }
  let a = 0x67452301;
  let b = 0xefcdab89 | 0;
  let c = 0x98badcfe | 0;
  let d = 0x10325476;
  let e = 0xc3d2e1f0 | 0;
  // a loop for each function of three words: one that chooses among them takes four times as long
  for (let index = 0; index < 20; index++) {
    const next = (((a << 5) | (a >>> 27)) + ((b & c) | (~b & d)) + e + words[index]! + 0x5a827999) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (let index = 20; index < 40; index++) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + words[index]! + 0x6ed9eba1) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (let index = 40; index < 60; index++) {
    const next = (((a << 5) | (a >>> 27)) + ((b & c) | (b & d) | (c & d)) + e + words[index]! + 0x8f1bbcdc) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (let index = 60; index < 80; index++) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + words[index]! + 0xca62c1d6) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  digest[0] = a + 0x67452301;
  digest[1] = b + 0xefcdab89;
  digest[2] = c + 0x98badcfe;
  digest[3] = d + 0x10325476;
  digest[4] = e + 0xc3d2e1f0;
  // six bits each, the last of which are four, of one word or of two
  for (let bit = 0; bit < 160; bit += 6, at++) {
    const word = digest[bit >>> 5]!;
    const before = bit & 31;
    const next = before > 26 ? (digest[(bit >>> 5) + 1] ?? 0) >>> (58 - before) : 0;
    const six = before > 26 ? (word << (before - 26)) | next : word >>> (26 - before);
    bytes[at] = BASE64[six & 63]!;
  }
  bytes[at] = PAD;
}
