import type { Kind } from '../record/field.ts';
import { safeText } from './safe-text.ts';

/** How a person reads a value; machine formats never use this. Unknown shows as a dash. */
export type Formatter = (value: unknown) => string;

const UNKNOWN = '-';

/** The formatter of a kind; the result is safe to show on a terminal. */
export function formatterOf(kind: Kind): Formatter {
  const format = FORMATTERS[kind];
  return (value) => (value === null || value === undefined ? UNKNOWN : format(value));
}

const plain = (value: unknown): string => String(value);
const FORMATTERS: Record<Kind, Formatter> = {
  text: (value) => safeText(String(value)),
  address: (value) => safeText(String(value)),
  time: (value) => safeText(String(value)),
  list: (value) => safeText((value as readonly string[]).join(', ')) || UNKNOWN,
  port: plain,
  integer: plain,
  count: plain,
  number: plain,
  flag: (value) => (value === true ? 'yes' : 'no'),
  bytes: (value) => formatBytes(value as number),
  byte_rate: (value) => `${formatBytes(value as number)}/s`,
  packet_rate: (value) => `${formatSignificant(value as number)}/s`,
  millis: (value) => `${formatSignificant(value as number)} ms`,
  seconds: (value) => formatSeconds(value as number),
  percent: (value) => `${(value as number).toFixed(1)} %`,
};

/** Bytes in powers of 1000 with three significant digits: 999 B, 12.4 MB. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  let value = bytes;
  let unit = 0;
  // 999.5 and not 1000, so that rounding never prints 1000 kB
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : formatSignificant(value)} ${units[unit]}`;
}

/** Three significant digits, without an exponent and without trailing zeros that carry nothing. */
export function formatSignificant(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  if (size >= 1 || size === 0) return String(Number(value.toFixed(2)));
  return String(Number(value.toFixed(3)));
}

/** A length of time for people: 12.3s, 4m05s, 3h12m, 5d03h. */
export function formatSeconds(seconds: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  if (seconds < 60) return `${formatSignificant(seconds)}s`;
  const s = Math.floor(seconds);
  if (s < 3600) return `${Math.floor(s / 60)}m${two(s % 60)}s`;
  if (s < 86400) return `${Math.floor(s / 3600)}h${two(Math.floor((s % 3600) / 60))}m`;
  return `${Math.floor(s / 86400)}d${two(Math.floor((s % 86400) / 3600))}h`;
}
