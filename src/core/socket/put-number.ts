import { UNKNOWN } from './socket-numbers.ts';

const ZERO = 0x30;
const DOT = 0x2e;
const N = 0x6e;
const U = 0x75;
const L = 0x6c;

/** The most bytes that a number takes, behind what stands before it. */
export const MOST_NUMBER_BYTES = 32;

/**
 * Puts `head` and a number as JSON into `bytes`, from `at` on, where there is room for them; returns where it ends. One function,
 * as a run of thousands is over before V8 has copied smaller ones into each other.
 */
export function putNumber(bytes: Uint8Array, at: number, head: Uint8Array, value: number): number {
  for (let index = 0; index < head.length; index++) bytes[at++] = head[index]!;
  if (value === UNKNOWN) {
    bytes[at] = N;
    bytes[at + 1] = U;
    bytes[at + 2] = L;
    bytes[at + 3] = L;
    return at + 4;
  }
  const small = value | 0;
  if (small !== value || small < 0) return putLarge(bytes, at, value);
  let end = at + 1;
  for (let rest = small; rest > 9; rest = (rest / 10) | 0) end++;
  let rest = small;
  for (let place = end - 1; place >= at; place--) {
    const next = (rest / 10) | 0;
    bytes[place] = ZERO + rest - next * 10;
    rest = next;
  }
  return end;
}

const NOTHING = new Uint8Array(0);
/** Below it, the thousandths of a number are a small number. */
const MOST_OF_THOUSANDTHS = 1_000_000;

/** Numbers that are not whole and small: most are milliseconds, of which the kernel tells microseconds. */
function putLarge(bytes: Uint8Array, at: number, value: number): number {
  const thousandths = Math.round(value * 1000);
  if (!(value > 0 && value < MOST_OF_THOUSANDTHS && thousandths > 0 && thousandths / 1000 === value)) {
    // JSON has no NaN and no infinity: unknown is what they mean here
    const text = Number.isFinite(value) ? String(value) : 'null';
    for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index);
    return at;
  }
  const whole = (thousandths / 1000) | 0;
  at = putNumber(bytes, at, NOTHING, whole);
  let fraction = thousandths - whole * 1000;
  bytes[at++] = DOT;
  for (let unit = 100; fraction > 0; unit /= 10) {
    const digit = (fraction / unit) | 0;
    bytes[at++] = ZERO + digit;
    fraction -= digit * unit;
  }
  return at;
}
