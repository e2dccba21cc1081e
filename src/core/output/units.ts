import type { Field, Kind } from '../record/field.ts';
import { safeText } from './safe-text.ts';

/** How a person reads a value; machine formats never use this. Unknown shows as a dash. */
export type Formatter = (value: unknown) => string;

/** Writes a number with at most so many digits after the point, as a language does. */
export type Numerals = (value: number, mostFractionDigits: number) => string;

/** Numerals without a language: a point, no grouping, and no zeros that carry nothing. */
export const plainNumerals: Numerals = (value, digits) => String(Number(value.toFixed(digits)));

/** The numerals of a language, by its BCP 47 tag: `de` writes 12,4. */
export function numeralsOf(language: string): Numerals {
  const formats = [0, 1, 2, 3].map(
    (maximumFractionDigits) => new Intl.NumberFormat(language, { maximumFractionDigits }),
  );
  return (value, digits) => formats[digits]?.format(value) ?? String(value);
}

/** How a value that is not known is shown. */
export const UNKNOWN = '-';

/** The formatter of a kind; the result is safe to show on a terminal. */
export function formatterOf(kind: Kind, numerals: Numerals = plainNumerals): Formatter {
  const format = FORMATTERS[kind];
  return (value) => (value === null || value === undefined ? UNKNOWN : format(value, numerals));
}

/** The formatter of a field; many values are joined by commas. */
export function formatterFor({ kind, many }: Field, numerals: Numerals): Formatter {
  const format = formatterOf(kind, numerals);
  if (!many) return format;
  return (value) => (Array.isArray(value) && value.length > 0 ? value.map(format).join(', ') : UNKNOWN);
}

const number = (value: unknown, numerals: Numerals): string => numerals(value as number, 3);
const identifier = (value: unknown): string => String(value);
const text = (value: unknown): string => safeText(String(value));

const FORMATTERS: Record<Kind, (value: unknown, numerals: Numerals) => string> = {
  text,
  address: text,
  time: text,
  list: (value) => safeText((value as readonly string[]).join(', ')) || UNKNOWN,
  port: identifier,
  integer: identifier,
  count: number,
  number,
  flag: (value) => (value === true ? 'yes' : 'no'),
  bytes: (value, numerals) => formatBytes(value as number, numerals),
  byte_rate: (value, numerals) => `${formatBytes(value as number, numerals)}/s`,
  packet_rate: (value, numerals) => `${formatSignificant(value as number, numerals)}/s`,
  millis: (value, numerals) => formatMillis(value as number, numerals),
  seconds: (value, numerals) => formatSeconds(value as number, numerals),
  percent: (value, numerals) => formatPercent(value as number, numerals),
};

/** Bytes in powers of 1000 with three significant digits: 999 B, 12.4 MB. */
export function formatBytes(bytes: number, numerals: Numerals = plainNumerals): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  let value = bytes;
  let unit = 0;
  // 999.5 and not 1000, so that rounding never prints 1000 kB
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? numerals(value, 0) : formatSignificant(value, numerals)} ${units[unit]}`;
}

/** Three significant digits (three after the point below 1), without trailing zeros that carry nothing. */
export function formatSignificant(value: number, numerals: Numerals = plainNumerals): string {
  const size = Math.abs(value);
  return numerals(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** Milliseconds, and a length of time in other units from a second on: 0.25 ms, 12.3s, 4m05s. */
export function formatMillis(millis: number, numerals: Numerals = plainNumerals): string {
  // 999.5 and not 1000, so that rounding never prints 1000 ms
  if (Math.abs(millis) < 999.5) return `${formatSignificant(millis, numerals)} ms`;
  return millis < 0 ? `-${formatSeconds(-millis / 1000, numerals)}` : formatSeconds(millis / 1000, numerals);
}

/** A length of time for people: 12.3s, 4m05s, 3h12m, 5d03h. */
export function formatSeconds(seconds: number, numerals: Numerals = plainNumerals): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  // 59.95 and not 60, so that rounding never prints 60s
  if (seconds < 59.95) return `${formatSignificant(seconds, numerals)}s`;
  const s = seconds < 60 ? 60 : Math.floor(seconds);
  if (s < 3600) return `${Math.floor(s / 60)}m${two(s % 60)}s`;
  if (s < 86400) return `${Math.floor(s / 3600)}h${two(Math.floor((s % 3600) / 60))}m`;
  return `${Math.floor(s / 86400)}d${two(Math.floor((s % 86400) / 3600))}h`;
}

/** Percent: 12.4 %. */
export function formatPercent(value: number, numerals: Numerals = plainNumerals): string {
  return `${numerals(value, 1)} %`;
}

/** A number of things: 1 record, 2 records; `many` where the plural is another word. */
export function formatNumberOf(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}
