import type { Numerals } from '../output/units.ts';
import { type Markup, markup } from './markup.ts';
import type { TopRows } from './top-rows.ts';

/** What is said in place of rows. */
export const none = (says: string): Markup => markup`<p class="none">${says}</p>\n`;

/** `All 12 paths`, or `The 60 paths with the most packets, of 1,234`; `which` says how they were chosen. */
export function countOf(top: TopRows, noun: string, which: string, numerals: Numerals, many = `${noun}s`): string {
  const shown = top.rows().length;
  const number = numerals(shown, 0);
  if (shown < top.count) return `The ${number} ${many} ${which}, of ${numerals(top.count, 0)}`;
  return shown === 1 ? `One ${noun}` : `All ${number} ${many}`;
}
