const BAR_WIDTH = 30;

/** A percentage as blocks, thirty for 100 and for more, which only a saved record may claim; nothing where it is unknown. */
export function barOf(percent: unknown): string {
  if (typeof percent !== 'number') return '';
  return '█'.repeat(Math.round((BAR_WIDTH * Math.min(100, Math.max(0, percent))) / 100));
}
