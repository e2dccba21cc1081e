const BAR_WIDTH = 30;

/** A percentage as blocks, thirty for 100; nothing where it is unknown. */
export function barOf(percent: unknown): string {
  return typeof percent === 'number' ? '█'.repeat(Math.round((BAR_WIDTH * percent) / 100)) : '';
}
