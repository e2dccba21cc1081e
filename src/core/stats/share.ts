const BAR_WIDTH = 30;

/** A percentage to two digits; 0 of nothing. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((10_000 * part) / whole) / 100;
}

/** The same as blocks, thirty for the whole. */
export function bar(part: number, whole: number): string {
  return '█'.repeat(whole === 0 ? 0 : Math.round((BAR_WIDTH * part) / whole));
}
