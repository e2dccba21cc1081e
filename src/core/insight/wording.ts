/** How findings write endpoints and numbers. */

/** `10.0.0.1:80`, `[2001:db8::1]:80`. */
export const endpointText = (addr: string, port: number): string =>
  addr.includes(':') ? `[${addr}]:${port}` : `${addr}:${port}`;

/** Three digits, as a reader wants them: 0.25, 12.5, 340. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  return String(Number(value.toFixed(size < 1 ? 2 : size < 100 ? 1 : 0)));
}

/** `450 ms`, `2.5 s`, `12 min`. */
export function durationText(seconds: number): string {
  if (seconds < 1) return `${shortNumber(seconds * 1000)} ms`;
  return seconds < 600 ? `${shortNumber(seconds)} s` : `${shortNumber(seconds / 60)} min`;
}

/** `1 connection`, `3 connections`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** Seconds since 1970 of a record's time; NaN without one. */
export const secondsOf = (time: string | null): number => (time === null ? Number.NaN : Date.parse(time) / 1000);
