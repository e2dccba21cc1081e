import { type ByteText, constant } from '../net/byte-text.ts';

/** The last second that a Date can hold (ECMA-262, 21.4.1.1). */
const LAST_SECOND = 8_640_000_000_000;

/**
 * ISO 8601 UTC of a packet's time: six digits of a second, nine where the microseconds do not hold it all. A time that
 * no calendar of JavaScript reaches is written as the nearest that it does. Null for a packet without a time.
 */
export function formatTimestamp(seconds: number, nanoseconds: number): string | null {
  if (Number.isNaN(seconds)) return null;
  const micros = nanoseconds % 1000 === 0;
  const digits = micros ? String(nanoseconds / 1000).padStart(6, '0') : String(nanoseconds).padStart(9, '0');
  return `${wholeSecond(seconds)}.${digits}Z`;
}

const MICROSECOND = 1000;
const QUOTE = 0x22;
const POINT = 0x2e;
const Z = 0x5a;
const NULL = constant('null');

/** Writes the same as a literal of JSON. */
export function writeTimestamp(out: ByteText, seconds: number, nanoseconds: number): void {
  if (Number.isNaN(seconds)) {
    out.constant(NULL);
    return;
  }
  out.byte(QUOTE);
  out.ascii(wholeSecond(seconds));
  out.byte(POINT);
  if (nanoseconds % MICROSECOND === 0) out.digits(nanoseconds / MICROSECOND, 6);
  else out.digits(nanoseconds, 9);
  out.byte(Z);
  out.byte(QUOTE);
}

/**
 * Seconds that were written, each at a place of its own: a Date costs 500 ns, and a record of a flow has two times, which are
 * those of others.
 */
const KEPT = 1024;
const keptSeconds = new Float64Array(KEPT).fill(Number.NaN);
const keptTexts: string[] = new Array<string>(KEPT).fill('');

function wholeSecond(seconds: number): string {
  const place = seconds & (KEPT - 1);
  if (keptSeconds[place] === seconds) return keptTexts[place]!;
  const whole = Math.max(-LAST_SECOND, Math.min(LAST_SECOND, seconds));
  const text = new Date(whole * 1000).toISOString().slice(0, -5);
  keptSeconds[place] = seconds;
  keptTexts[place] = text;
  return text;
}

export const NANOSECONDS = 1e9;

/** Nanoseconds from one packet's time to another's, as far as a double goes; may be negative. */
export function nanosecondsBetween(
  fromSeconds: number,
  fromNanoseconds: number,
  toSeconds: number,
  toNanoseconds: number,
): number {
  return (toSeconds - fromSeconds) * NANOSECONDS + (toNanoseconds - fromNanoseconds);
}

/** The same in seconds. */
export function secondsBetween(
  fromSeconds: number,
  fromNanoseconds: number,
  toSeconds: number,
  toNanoseconds: number,
): number {
  return nanosecondsBetween(fromSeconds, fromNanoseconds, toSeconds, toNanoseconds) / NANOSECONDS;
}
