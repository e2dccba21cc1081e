import { paint, type Role, type Theme } from './theme.ts';

/** The height of a value from nothing to `top`, in eighths of `rows`. What is not known is null. */
function eighths(value: number | null, top: number, rows: number): number {
  if (value === null || top <= 0) return 0;
  return value <= 0 ? 0 : Math.max(1, Math.min(rows * 8, Math.round((value / top) * rows * 8)));
}

/** The last `width` values as bars, one column each, the newest at the right; `top` reaches the upper edge. Exactly `width` columns. */
export function sparkLine(
  theme: Theme,
  values: readonly (number | null)[],
  width: number,
  top: number,
  role: Role | null | ((value: number) => Role | null),
): string {
  return graph(theme, values, width, 1, top, role)[0]!;
}

/** The same in several rows. */
export function graph(
  theme: Theme,
  values: readonly (number | null)[],
  width: number,
  rows: number,
  top: number,
  role: Role | null | ((value: number) => Role | null),
): readonly string[] {
  const { levels } = theme.glyphs;
  const last = values.slice(Math.max(0, values.length - width));
  const heights = last.map((value) => eighths(value, top, rows));
  return Array.from({ length: rows }, (_, row) => {
    const floor = (rows - 1 - row) * 8;
    let out = ' '.repeat(width - last.length);
    let run = '';
    let runRole: Role | null = null;
    for (const [index, value] of last.entries()) {
      const above = heights[index]! - floor;
      // nothing is drawn as the lowest level, so that the line is seen; what is not known is left empty
      const level = above > 0 ? levels[Math.min(8, above) - 1]! : value === null || floor > 0 ? ' ' : levels[0]!;
      const own = above <= 0 ? 'faint' : typeof role === 'function' ? role(value ?? 0) : role;
      if (own !== runRole) {
        out += paint(theme, runRole, run);
        run = '';
        runRole = own;
      }
      run += level;
    }
    return out + paint(theme, runRole, run);
  });
}

/** The highest known value, and no less than `least`. */
export function topOf(values: readonly (number | null)[], least: number): number {
  let top = least;
  for (const value of values) if (value !== null && value > top) top = value;
  return top;
}
