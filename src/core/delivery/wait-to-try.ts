/** Waits between tries that fail: twice as long each time, at most so long; chance takes off up to half of it. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** Whatever the other side asks for, it is tried again after an hour. */
const MOST_ASKED_MS = 3_600_000;

/** How long to wait after so many tries that failed; `asked` is what the other side would like, and `random` from 0 to 1. */
export function waitToTry(tries: number, asked: number | null, random: number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries);
  return Math.max(longest * (1 - random / 2), Math.min(asked ?? 0, MOST_ASKED_MS));
}
