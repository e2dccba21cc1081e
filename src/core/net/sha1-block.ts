/** Where a message is put, from its start: at most 55 bytes, which with its length fit into one block. */
export const message = new Uint8Array(64);

/** The last hash. */
export const digest = Buffer.alloc(20);

/** The words of a block, for who has its message as words: the first sixteen, and the place of others. */
export const words = new Int32Array(80);

/**
 * Makes `digest` the SHA-1 (FIPS 180-4) of the first `length` bytes of `message`. Not by node:crypto: for a run that needs
 * some thousands, to load and to warm that takes twice as long as this.
 */
export function hashMessage(length: number): void {
  message[length] = 0x80;
  for (let index = length + 1; index < 62; index++) message[index] = 0;
  message[62] = length >>> 5;
  message[63] = length << 3;
  for (let index = 0, at = 0; index < 16; index++, at += 4) {
    words[index] = (message[at]! << 24) | (message[at + 1]! << 16) | (message[at + 2]! << 8) | message[at + 3]!;
  }
  hashWords();
}

/** Makes `digest` that of the block in `words`. */
export function hashWords(): void {
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
  put(0, a + 0x67452301);
  put(4, b + 0xefcdab89);
  put(8, c + 0x98badcfe);
  put(12, d + 0x10325476);
  put(16, e + 0xc3d2e1f0);
}

function put(at: number, word: number): void {
  digest[at] = word >>> 24;
  digest[at + 1] = word >>> 16;
  digest[at + 2] = word >>> 8;
  digest[at + 3] = word;
}
