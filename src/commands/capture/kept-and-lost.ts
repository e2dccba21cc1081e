import { formatNumberOf } from '../../core/output/units.ts';

/** How many packets are in a file that could not be completed; `isLess` when part of the last write may be in it. */
export function keptAndLost(kept: number, lost: number, isLess = false): string {
  const [least, most] = isLess ? ['at least ', 'at most '] : ['', ''];
  return `${least}${formatNumberOf(kept, 'packet')} kept, ${most}${lost} lost`;
}
