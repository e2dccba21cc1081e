/** The tag of the element at `offset` (X.690, 8.1); -1 for what is none. Its contents may pass `end`. */
export function berTag(bytes: Uint8Array, offset: number, end: number): number {
  if (offset + 2 > end) return -1;
  const tag = bytes[offset]!;
  const first = bytes[offset + 1]!;
  if ((tag & 0x1f) === 0x1f) return -1; // tags of several bytes: nothing here has them
  if (first < 0x80) return tag;
  const size = first & 0x7f;
  return size === 0 || size > 4 || offset + 2 + size > end ? -1 : tag;
}

/** Where the contents of the element at `offset` begin, which `berTag` has a tag of. */
export function berStart(bytes: Uint8Array, offset: number): number {
  const first = bytes[offset + 1]!;
  return offset + 2 + (first < 0x80 ? 0 : first & 0x7f);
}

/** Where the contents of that element end. */
export function berEnd(bytes: Uint8Array, offset: number): number {
  const start = berStart(bytes, offset);
  if (start === offset + 2) return start + bytes[offset + 1]!;
  let length = 0;
  for (let at = offset + 2; at < start; at++) length = length * 256 + bytes[at]!;
  return start + length;
}

/** An INTEGER in [start, end) of at most four bytes; NaN for another length. */
export function berInteger(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start || end - start > 4) return Number.NaN;
  let value = bytes[start]! >= 0x80 ? -1 : 0;
  for (let at = start; at < end; at++) value = (value << 8) | bytes[at]!;
  return value;
}
