import { safeText } from '../output/safe-text.ts';
import { pad, widthOf } from '../output/text-width.ts';
import { paint, type Role, type Theme } from './theme.ts';

const ASCII = /^[\x20-\x7e]*$/;
const SEGMENTER = new Intl.Segmenter();
/** A text from outside is cut to so many characters before it is measured: no line shows more. */
const LONGEST_MEASURED = 4096;

/**
 * Marks without a letter, which would go to what stands before the text; and so many on one that they are of no language: they
 * would be drawn over the lines around it.
 */
const MARKS = /^\p{M}+|(?<=\p{M}{8})\p{M}+/gu;

/** The text as it may be shown: safe, without what no line has room for. */
function shownText(text: string): string {
  if (ASCII.test(text)) return text;
  const safe = safeText(text.length > LONGEST_MEASURED ? text.slice(0, LONGEST_MEASURED) : text);
  return ASCII.test(safe) ? safe : safe.replace(MARKS, '');
}

/** The text made safe and exactly `width` columns wide: padded at a side, or cut with an ellipsis at its end. */
export function cell(text: string, width: number, align: 'left' | 'right' = 'left', ellipsis = '…'): string {
  if (width <= 0) return '';
  const safe = shownText(text);
  if (ASCII.test(safe)) {
    if (safe.length > width) return safe.slice(0, width - 1) + ellipsis;
    return align === 'left' ? safe.padEnd(width) : safe.padStart(width);
  }
  return pad(widthOf(safe) > width ? cut(safe, width, ellipsis) : safe, width, align === 'left' ? 'right' : 'left');
}

/** The beginning of a safe text that fits, and an ellipsis; a wide character that does not fit whole is left out. */
function cut(text: string, width: number, ellipsis: string): string {
  let out = '';
  let used = 0;
  for (const { segment } of SEGMENTER.segment(text)) {
    const columns = widthOf(segment);
    if (used + columns > width - 1) break;
    out += segment;
    used += columns;
  }
  return out + ellipsis;
}

/** A piece of a line: text that is safe, what it is, and how wide. */
export interface Piece {
  readonly text: string;
  readonly role: Role | null;
}

export const piece = (text: string, role: Role | null = null): Piece => ({ text, role });

/**
 * Pieces beside each other as one line of exactly `width` columns. Their texts are made safe here, and cut where the line
 * ends. `over` paints all of the line instead, as a selection does.
 */
export function line(theme: Theme, pieces: readonly Piece[], width: number, over: Role | null = null): string {
  let left = width;
  let out = '';
  for (const { text, role } of pieces) {
    if (left === 0) break;
    const safe = shownText(text);
    const columns = widthOf(safe);
    const shown = columns <= left ? safe : cell(safe, left, 'left', theme.glyphs.ellipsis);
    left -= Math.min(columns, left);
    out += over === null ? paint(theme, role, shown) : shown;
  }
  out += ' '.repeat(left);
  return over === null ? out : paint(theme, over, out);
}

/** A line with pieces at its left and at its right; those at the right go first where there is no room for both. */
export function twoSided(theme: Theme, left: readonly Piece[], right: readonly Piece[], width: number): string {
  const taken = widthOfPieces(right);
  if (widthOfPieces(left) + 1 + taken > width) return line(theme, left, width);
  return line(theme, left, width - taken) + line(theme, right, taken);
}

export const widthOfPieces = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, { text }) => sum + widthOf(shownText(text)), 0);

/** An empty line. */
export const blank = (width: number): string => ' '.repeat(width);

/** The lines, and blank ones below up to `height`; those beyond are left out. */
export function exactly(lines: readonly string[], width: number, height: number): readonly string[] {
  if (lines.length >= height) return lines.slice(0, height);
  return [...lines, ...Array.from({ length: height - lines.length }, () => blank(width))];
}

/** A line across, with a title in it. */
export function rule(theme: Theme, title: readonly Piece[], width: number): string {
  const { horizontal } = theme.glyphs;
  const before = title.length === 0 ? [] : [piece(horizontal, 'frame'), piece(' '), ...title, piece(' ')];
  const used = widthOfPieces(before);
  return line(theme, [...before, piece(horizontal.repeat(Math.max(0, width - used)), 'frame')], width);
}

/** Two blocks of lines side by side. */
export function beside(left: readonly string[], right: readonly string[]): readonly string[] {
  return left.map((one, row) => one + (right[row] ?? ''));
}
