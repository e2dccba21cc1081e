/** Rounds after which somebody chose the order of the values so that rounds gain nothing, and they are sorted instead. */
const MOST_ROUNDS = 64;

/**
 * The value that would stand at `index` if the first `length` values were sorted; they change places. Takes time in
 * proportion to `length` (quickselect, Hoare 1961), where sorting 100,000 takes ten times as long.
 */
export function nthSmallest(values: Float64Array, length: number, index: number): number {
  let from = 0;
  let to = length - 1;
  for (let round = 0; from < to; round++) {
    if (round === MOST_ROUNDS) return values.subarray(0, length).sort()[index]!;
    const pivot = values[(from + to) >>> 1]!;
    let low = from;
    let high = to;
    while (low <= high) {
      while (values[low]! < pivot) low++;
      while (values[high]! > pivot) high--;
      if (low > high) break;
      const swapped = values[low]!;
      values[low++] = values[high]!;
      values[high--] = swapped;
    }
    if (index <= high) to = high;
    else if (index >= low) from = low;
    else break;
  }
  return values[index]!;
}
