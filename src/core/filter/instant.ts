import { parseDuration } from './quantity.ts';

/** The present, by the wall clock: whole milliseconds since 1970. */
export type Now = () => number;

/** Times relative to the present are not further from it: what is written of them has four digits for the year. */
const FURTHEST_MS = 1000 * 365.25 * 86_400_000;

const INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)(?:[t ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?)?(?:z|([+-])(\d\d)(?::?(\d\d))?)?)?$/i;

/**
 * A time as ISO 8601 writes it, in the form that `compareInstants` takes: a date, with or without a time of day, to the
 * nanosecond, in UTC unless it has an offset. Parts that are left out are zero. Null when the text is no time, or names
 * a day or an hour that does not exist.
 */
export function parseInstant(text: string): string | null {
  const match = INSTANT.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = ''] = match;
  const written = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const millis = Date.parse(`${written}Z`);
  if (Number.isNaN(millis) || new Date(millis).toISOString().slice(0, 19) !== written) return null;
  const [offsetHours, offsetMinutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (offsetHours > 23 || offsetMinutes > 59) return null;
  const offset = (match[8] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes) * 60_000;
  const utc = new Date(millis - offset).toISOString();
  if (utc.length !== 24) return null; // an offset that leaves the years 0 to 9999
  return shortest(`${utc.slice(0, -5)}.${fraction}`);
}

/**
 * A time by its distance from the present, in whole milliseconds: `-24h` is a day ago, `+30d` is to come, `now` is 0.
 * Null when the text has no sign or no unit, and for more than a thousand years.
 */
export function parseRelative(text: string): number | null {
  if (/^now$/i.test(text)) return 0;
  const millis = /^[+-]/.test(text) ? parseDuration(text) : null;
  return millis === null || Math.abs(millis) > FURTHEST_MS ? null : Math.round(millis);
}

/** Milliseconds since 1970 in the form that `compareInstants` takes. */
export function instantAt(at: number): string {
  return shortest(new Date(at).toISOString());
}

/** Negative when the record time is before the instant, 0 when they are the same nanosecond. */
export function compareInstants(recordTime: string, instant: string): number {
  const time = shortest(recordTime);
  return time < instant ? -1 : time > instant ? 1 : 0;
}

/**
 * A UTC time without what does not count: `Z`, and zeros at the end of the fraction. Such texts sort as the times do,
 * because what is left of the dot always has the same width.
 */
function shortest(time: string): string {
  let end = time.endsWith('Z') ? time.length - 1 : time.length;
  if (time[19] === '.') {
    while (time[end - 1] === '0') end--;
    if (time[end - 1] === '.') end--;
  }
  return time.slice(0, end);
}
