import { type Markup, markup } from '../../../core/html/markup.ts';
import { formatBytes } from '../../../core/output/units.ts';

/** Rows of a table. */
export const MOST_ROWS = 100;

export function section(title: string, content: Markup): Markup {
  return markup`<section><h2>${title}</h2>${content}</section>`;
}

export function tableOf(head: Markup, lines: readonly Markup[]): Markup {
  return markup`<table><thead>${head}</thead><tbody>${lines}</tbody></table>`;
}

export function restOf(count: number): Markup {
  return count <= MOST_ROWS ? markup`` : markup`<p class="faint">${count - MOST_ROWS} more are left out.</p>`;
}

/** As in `2026-01-02 03:04`. */
export const shortTime = (time: string): string => time.slice(0, 16).replace('T', ' ');

export const bytesOf = (bytes: number | null): string => (bytes === null ? '' : formatBytes(bytes));

export const rateOf = (rate: number): string => `${formatBytes(rate)}/s`;
