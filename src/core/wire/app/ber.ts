/** Where the contents of the element read last begin and end. */
let contentStart = 0;
let contentEnd = 0;

export const berStart = (): number => contentStart;
export const berEnd = (): number => contentEnd;

/** Reads the tag and length at `offset` (X.690, 8.1); the tag, or -1 for what is not one. The length may pass `end`. */
export function readBer(bytes: Uint8Array, offset: number, end: number): number {
  if (offset + 2 > end) return -1;
  const tag = bytes[offset]!;
  const first = bytes[offset + 1]!;
  if ((tag & 0x1f) === 0x1f) return -1; // tags of several bytes: nothing here has them
  let length = first;
  contentStart = offset + 2;
  if (first >= 0x80) {
    const size = first & 0x7f;
    if (size === 0 || size > 4 || contentStart + size > end) return -1;
    length = 0;
    for (let index = 0; index < size; index++) length = length * 256 + bytes[contentStart + index]!;
    contentStart += size;
  }
  contentEnd = contentStart + length;
  return tag;
}

/** An INTEGER in [start, end) of at most four bytes; NaN for another length. */
export function berInteger(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start || end - start > 4) return Number.NaN;
  let value = bytes[start]! >= 0x80 ? -1 : 0;
  for (let at = start; at < end; at++) value = (value << 8) | bytes[at]!;
  return value;
}
