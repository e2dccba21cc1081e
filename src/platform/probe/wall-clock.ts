let origin = performance.timeOrigin;

/**
 * The time of the system's clock, in milliseconds of Unix time with fractions, at an instant of performance.now(): node's own
 * clock tells no less than a millisecond. Follows when the clock is set.
 */
export function wallMillis(at: number): number {
  const apart = Date.now() - (origin + performance.now()); // Date.now() cuts off: -1 to 0 when they agree
  if (apart > 0.5 || apart < -1.5) origin += apart + 0.5;
  return origin + at;
}
