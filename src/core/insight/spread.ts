/** The middle of some values, and how far they are from it: neither moves for a few that are far off. */
export interface Spread {
  readonly median: number;
  /** Median absolute deviation, times what makes it the standard deviation where values are normally distributed. */
  readonly deviation: number;
}

const OF_NORMAL = 1.4826;

/** The values must not be none. */
export function spreadOf(values: readonly number[]): Spread {
  const median = medianOf(values);
  return { median, deviation: OF_NORMAL * medianOf(values.map((value) => Math.abs(value - median))) };
}

/** Half of the values are no larger; between the two in the middle of an even number. */
function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The most of the instants, in ascending order, that lie within one second; and where those begin. */
export function densestSecond(instants: ArrayLike<number>): { readonly count: number; readonly from: number } {
  let count = 0;
  let from = 0;
  for (let first = 0, last = 0; last < instants.length; last++) {
    while (instants[last]! - instants[first]! >= 1) first++;
    if (last - first + 1 > count) {
      count = last - first + 1;
      from = first;
    }
  }
  return { count, from };
}
