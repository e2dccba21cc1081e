const CR = 0x0d;
const LF = 0x0a;

/** Few lines are longer; the rest of one that is, mostly text without lines, is looked through by memchr. */
const LONG_LINE = 512;

/**
 * End of the line that begins at `offset`, without its terminator (CR LF, LF, or CR alone). Where no terminator comes
 * before `end`: -1 when `more` could follow, else `end`.
 */
export function lineEnd(bytes: Uint8Array, offset: number, end: number, more: boolean): number {
  const near = Math.min(end, offset + LONG_LINE);
  let at = offset;
  // LF and CR are below all that a line is mostly made of: one comparison a byte
  while (at < near && (bytes[at]! > CR || (bytes[at] !== LF && bytes[at] !== CR))) at++;
  if (at === near && near < end) at = farTerminator(bytes, near, end);
  if (!more) return at;
  // an LF may follow on a CR that is the last
  return at < end && (bytes[at] === LF || at + 1 < end) ? at : -1;
}

/** Where the line begins that follows the one ending at `stop`, as `lineEnd` told; `end` when none does. */
export function nextLine(bytes: Uint8Array, stop: number, end: number): number {
  if (stop >= end) return end;
  return bytes[stop] === CR && stop + 1 < end && bytes[stop + 1] === LF ? stop + 2 : stop + 1;
}

function farTerminator(bytes: Uint8Array, start: number, end: number): number {
  const rest = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  const lf = rest.indexOf(LF);
  const cr = (lf < 0 ? rest : rest.subarray(0, lf)).indexOf(CR);
  return cr >= 0 ? start + cr : lf >= 0 ? start + lf : end;
}

/** Offset of `byte` in [offset, end), -1 for none. */
export function find(bytes: Uint8Array, byte: number, offset: number, end: number): number {
  for (let at = offset; at < end; at++) if (bytes[at] === byte) return at;
  return -1;
}

/** Whether [offset, end) begins with `name`, which is in lower case, in whatever case. */
export function beginsWith(bytes: Uint8Array, offset: number, end: number, name: string): boolean {
  if (end - offset < name.length) return false;
  for (let index = 0; index < name.length; index++) {
    const byte = bytes[offset + index]!;
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (lower !== name.charCodeAt(index)) return false;
  }
  return true;
}

/** The decimal number at the start of [offset, end), blanks before it left out; -1 for none, or one past 2^31. */
export function decimal(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset;
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++;
  const first = at;
  let value = 0;
  for (; at < end && at - first < 11; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return at === first || value > 0x7fffffff ? -1 : value;
}
