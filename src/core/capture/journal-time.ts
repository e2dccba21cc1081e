const FIELD = new TextEncoder().encode('__REALTIME_TIMESTAMP=');
/** An entry has it among its first fields. */
const SEARCHED = 65_536;
/** More digits are past what a double counts. */
const MOST_DIGITS = 16;

/** When an entry of the systemd journal was written, in microseconds; null where [start, end) does not tell. */
export function journalTime(bytes: Uint8Array, start: number, end: number): number | null {
  const last = Math.min(end, start + SEARCHED) - FIELD.length;
  for (let at = start; at < last; at++) if (hasField(bytes, at)) return numberAt(bytes, at + FIELD.length, end);
  return null;
}

function hasField(bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < FIELD.length; index++) if (bytes[at + index] !== FIELD[index]) return false;
  return true;
}

function numberAt(bytes: Uint8Array, start: number, end: number): number | null {
  let value = 0;
  let at = start;
  for (; at < end && isDigit(bytes[at]!); at++) {
    if (at - start === MOST_DIGITS) return null;
    value = value * 10 + (bytes[at]! - ZERO);
  }
  return at === start || value > Number.MAX_SAFE_INTEGER ? null : value;
}

const ZERO = 0x30;

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}
