import { utf8 } from '../bytes.ts';

/** RFC 1035, 2.3.4: the longest name, with the empty label at its end; and the jumps that are followed within one. */
const LONGEST = 255;
const MOST_JUMPS = 20;

/** The offset behind the name at `offset` of a message that ends at `end`; follows no pointer. -1 when it does not end. */
export function afterName(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset;
  while (at < end) {
    const length = bytes[at]!;
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2 <= end ? at + 2 : -1;
    if (length > 63) return -1;
    at += length + 1;
  }
  return -1;
}

/**
 * The name at `offset` of the message in [start, end), its labels joined with dots; `<Root>` for the empty one, as tshark
 * writes it, and null for one that does not end, is too long, or points in circles (RFC 1035, 4.1.4). Control
 * characters are written `\ddd` (RFC 1035, 5.1).
 */
export function readName(bytes: Uint8Array, start: number, end: number, offset: number): string | null {
  if (afterName(bytes, offset, end) < 0) return null;
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
