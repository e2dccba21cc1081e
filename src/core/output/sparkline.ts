const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const NONE = '×';
const UNKNOWN = '·';

/**
 * The last `width` values as a row of bars from 0; `×` for null, where there was none, and `·` for NaN, where that is not
 * known. Twice the median reaches the top, if nothing is higher: so what stays the same is half as high as the line.
 */
export function sparkline(values: readonly (number | null)[], width: number): string {
  const last = values.slice(-width);
  const known = last.filter((value): value is number => value !== null && Number.isFinite(value)).sort((a, b) => a - b);
  const median = known[Math.floor(known.length / 2)] ?? 0;
  const top = Math.max(known.at(-1) ?? 0, 2 * median);
  return last
    .map((value) => {
      if (value === null) return NONE;
      if (!Number.isFinite(value)) return UNKNOWN;
      const level = top === 0 ? 1 : Math.ceil((LEVELS.length * value) / top);
      return LEVELS[Math.max(1, level) - 1];
    })
    .join('');
}
