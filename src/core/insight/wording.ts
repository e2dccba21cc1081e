/** `10.0.0.1:80`, `[2001:db8::1]:80`. */
export const endpointText = (addr: string, port: number): string =>
  addr.includes(':') ? `[${addr}]:${port}` : `${addr}:${port}`;

/** Seconds since 1970 of a record's time; NaN without one. */
export const secondsOf = (time: string | null): number => (time === null ? Number.NaN : Date.parse(time) / 1000);
