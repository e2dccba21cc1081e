import { utf8 } from '../bytes.ts';

/** RFC 1035, 2.3.4: the longest name, with the empty label at its end; and the jumps that are followed within one. */
const LONGEST = 255;
const MOST_JUMPS = 20;

/** Where the last name read ended: the offset of what follows it. */
let after = 0;

/** The offset behind the name that `readName` or `skipName` saw last. */
export function endOfName(): number {
  return after;
}

/**
 * Passes over the name at `offset` of a message that ends at `end`, following no pointer; false when it does not end.
 */
export function skipName(bytes: Uint8Array, offset: number, end: number): boolean {
  let at = offset;
  while (at < end) {
    const length = bytes[at]!;
    if (length === 0) {
      after = at + 1;
      return true;
    }
    if (length >= 0xc0) {
      after = at + 2;
      return at + 2 <= end;
    }
    if (length > 63) return false;
    at += length + 1;
  }
  return false;
}

/**
 * The name at `offset` of the message in [start, end), its labels joined with dots; `<Root>` for the empty one, as tshark
 * writes it, and null for one that does not end, is too long, or points in circles (RFC 1035, 4.1.4). Control
 * characters are written `\ddd` (RFC 1035, 5.1). Sets `endOfName`.
 */
export function readName(bytes: Uint8Array, start: number, end: number, offset: number): string | null {
  if (!skipName(bytes, offset, end)) return null;
  let text = '';
  let at = offset;
  let total = 0;
  for (let jumps = 0; ; ) {
    if (at >= end) return null;
    const length = bytes[at]!;
    if (length === 0) return text === '' ? '<Root>' : text;
    if (length >= 0xc0) {
      if (++jumps > MOST_JUMPS || at + 1 >= end) return null;
      at = start + (((length & 0x3f) << 8) | bytes[at + 1]!);
      continue;
    }
    total += length + 1;
    if (length > 63 || at + 1 + length > end || total >= LONGEST) return null;
    if (text !== '') text += '.';
    text += label(bytes, at + 1, at + 1 + length);
    at += length + 1;
  }
}

/** Names of Multicast DNS are UTF-8 (RFC 6762, 16), and so are others that should not be; what is none becomes U+FFFD. */
function label(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) {
    if (bytes[at]! >= 0x80) return [...utf8(bytes, start, end)].map(character).join('');
    text += character(String.fromCharCode(bytes[at]!));
  }
  return text;
}

function character(letter: string): string {
  const code = letter.charCodeAt(0);
  return code < 0x20 || code === 0x7f ? `\\${String(code).padStart(3, '0')}` : letter;
}
