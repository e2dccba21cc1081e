/** The last second that a Date can hold (ECMA-262, 21.4.1.1). */
const LAST_SECOND = 8_640_000_000_000;

/**
 * ISO 8601 UTC of a packet's time: six digits of a second, nine where the microseconds do not hold it all. A time that
 * no calendar of JavaScript reaches is written as the nearest that it does. Null for a packet without a time.
 */
export function formatTimestamp(seconds: number, nanoseconds: number): string | null {
  if (Number.isNaN(seconds)) return null;
  const whole = Math.max(-LAST_SECOND, Math.min(LAST_SECOND, seconds));
  const fraction = String(nanoseconds).padStart(9, '0');
  const digits = fraction.endsWith('000') ? fraction.slice(0, 6) : fraction;
  return `${new Date(whole * 1000).toISOString().slice(0, -5)}.${digits}Z`;
}

/** Seconds from one packet's time to another's, to the nanosecond as far as a double goes; may be negative. */
export function secondsBetween(
  fromSeconds: number,
  fromNanoseconds: number,
  toSeconds: number,
  toNanoseconds: number,
): number {
  return ((toSeconds - fromSeconds) * 1e9 + (toNanoseconds - fromNanoseconds)) / 1e9;
}
