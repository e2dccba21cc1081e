/**
 * The candidate that a mistyped word most likely means, or null: one that differs by a few typing errors (case does not
 * count), or else one that contains the word, as `rtt_ms` contains `rtt`. Of equally good ones the first wins.
 */
export function suggest(word: string, candidates: Iterable<string>): string | null {
  const typed = word.toLowerCase();
  const tolerated = Math.max(1, Math.floor(typed.length / 3));
  let nearest: string | null = null;
  let nearestDistance = tolerated + 1;
  let whole: string | null = null;
  for (const candidate of candidates) {
    const name = candidate.toLowerCase();
    if (Math.abs(name.length - typed.length) < nearestDistance) {
      const distance = editDistance(typed, name);
      if (distance < nearestDistance && distance < typed.length) {
        nearest = candidate;
        nearestDistance = distance;
      }
    }
    if (whole === null && name.split(/[^a-z0-9]+/).includes(typed)) whole = candidate;
  }
  return nearest ?? whole;
}

/** The number of letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        cost = Math.min(cost, beforeLast[column - 2]! + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length]!;
}

/** The hint for a mistyped word: the spelling that was probably meant, or other help if nothing is similar. */
export function didYouMean(
  word: string,
  candidates: Iterable<string>,
  otherwise: string,
  spell = (near: string): string => near,
): string {
  const near = suggest(word, candidates);
  return near === null ? otherwise : `did you mean ${spell(near)}?`;
}
