/** Seconds since 1970 of a record's time; NaN without one. */
export const secondsOf = (time: string | null): number => (time === null ? Number.NaN : Date.parse(time) / 1000);
