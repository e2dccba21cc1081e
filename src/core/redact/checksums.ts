/** The sum of 16-bit words in [from, to); a byte that is missing at the end counts as zero (RFC 1071). */
export function sumWords(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  let at = from;
  for (; at + 1 < to; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!;
  return at < to ? sum + (bytes[at]! << 8) : sum;
}

/** The checksum of a sum. */
export function checksumOf(sum: number): number {
  let folded = sum;
  while (folded > 0xffffffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16); // in whole numbers
  return ~folded & 0xffff;
}

/** CRC32c of [from, to) and of `zeros` bytes of zero behind it (RFC 9260, appendix A). */
export function crc32c(bytes: Uint8Array, from: number, to: number, zeros: number): number {
  let crc = 0xffffffff;
  for (let at = from; at < to; at++) crc = TABLE[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  for (let left = zeros; left > 0; left--) crc = TABLE[crc & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

const CASTAGNOLI = 0x82f63b78;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ CASTAGNOLI : crc >>> 1;
  return crc;
});
