import { latin1, utf8 } from '../../bytes.ts';

/** RFC 1035, 2.3.4: the longest name, with the empty label at its end; and the jumps that are followed within one. */
export const LONGEST_NAME = 255;
const MOST_JUMPS = 20;
const DOT = 0x2e;

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
 * How many bytes `copyName` writes of the name at `offset` of the message in [start, end): LONGEST_NAME at most, and 0 for a name
 * that does not end, is too long, or points in circles (RFC 1035, 4.1.4).
 */
export function nameLength(bytes: Uint8Array, start: number, end: number, offset: number): number {
  if (afterName(bytes, offset, end) < 0) return 0;
  let at = offset;
  let total = 0;
  for (let jumps = 0; at < end; ) {
    const length = bytes[at]!;
    if (length === 0) return total + 1;
    if (length >= 0xc0) {
      if (++jumps > MOST_JUMPS || at + 1 >= end) return 0;
      at = start + (((length & 0x3f) << 8) | bytes[at + 1]!);
      continue;
    }
    total += length + 1;
    if (length > 63 || at + 1 + length > end || total >= LONGEST_NAME) return 0;
    at += length + 1;
  }
  return 0;
}

/**
 * Writes the labels of the name at `offset` to `to`, each behind its length and the empty one last, without a pointer. Returns
 * how many bytes these are, as `nameLength` does.
 */
export function copyName(
  bytes: Uint8Array,
  start: number,
  end: number,
  offset: number,
  to: Uint8Array,
  toOffset: number,
): number {
  const total = nameLength(bytes, start, end, offset);
  let at = offset;
  for (let written = toOffset; written < toOffset + total; ) {
    const length = bytes[at]!;
    if (length >= 0xc0) {
      at = start + (((length & 0x3f) << 8) | bytes[at + 1]!);
      continue;
    }
    for (const next = at + 1 + length; at < next; ) to[written++] = bytes[at++]!;
  }
  return total;
}

const labels = new Uint8Array(LONGEST_NAME);

/** The name at `offset` of the message in [start, end) as `nameText` writes it; null for one that `copyName` does not copy. */
export function readName(bytes: Uint8Array, start: number, end: number, offset: number): string | null {
  return copyName(bytes, start, end, offset, labels, 0) === 0 ? null : nameText(labels, 0);
}

const line = new Uint8Array(LONGEST_NAME);

/**
 * The labels at `offset`, as `copyName` left them, joined with dots; `<Root>` for the empty name, as tshark writes it. Control
 * characters are written `\ddd` (RFC 1035, 5.1).
 */
export function nameText(bytes: Uint8Array, offset: number): string {
  if (bytes[offset] === 0) return '<Root>';
  let length = 0;
  for (let at = offset; bytes[at] !== 0; line[length++] = DOT) {
    const end = at + 1 + bytes[at]!;
    for (at++; at < end; at++) {
      const code = bytes[at]!;
      if (code < 0x20 || code >= 0x7f) return unusualText(bytes, offset);
      line[length++] = code;
    }
  }
  return latin1(line, 0, length - 1);
}

/** The same of any characters. */
function unusualText(bytes: Uint8Array, offset: number): string {
  const texts: string[] = [];
  for (let at = offset; bytes[at] !== 0; at += 1 + bytes[at]!) texts.push(label(bytes, at + 1, at + 1 + bytes[at]!));
  return texts.join('.');
}

/** Names of Multicast DNS are UTF-8 (RFC 6762, 16), and so are others that should not be; what is none becomes U+FFFD. */
function label(bytes: Uint8Array, start: number, end: number): string {
  return [...utf8(bytes, start, end)].map(character).join('');
}

function character(letter: string): string {
  const code = letter.charCodeAt(0);
  return code < 0x20 || code === 0x7f ? `\\${String(code).padStart(3, '0')}` : letter;
}
