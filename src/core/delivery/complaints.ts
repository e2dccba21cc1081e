import { formatNumberOf } from '../output/units.ts';

/** Different complaints that are told: the other side may have a new one each time. */
const MOST_TOLD = 5;

/**
 * Tells what the other side says of what it takes, each complaint once: it may say the same of all that follows. `name` is how the
 * other side is called, `noun` what is sent to it. The function that it returns is given how many were refused, and why.
 */
export function openComplaints(
  say: (line: string) => void,
  name: string,
  noun: string,
): (refused: number, why: string | null) => void {
  const told = new Set<string>();
  return (refused, why) => {
    const complaint = why ?? 'it does not say why';
    if ((refused === 0 && why === null) || told.has(complaint) || told.size === MOST_TOLD) return;
    told.add(complaint);
    say(
      refused === 0 ? `${name} says: ${complaint}` : `${name} refused ${formatNumberOf(refused, noun)}: ${complaint}`,
    );
  };
}
