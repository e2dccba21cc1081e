import { safeText } from '../output/safe-text.ts';

/** Text of a page as it is: HTML, or SVG inside it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in markup: everything but markup is text from outside. */
export type Piece = Markup | string | number | null | readonly Piece[];

/**
 * Markup with pieces put into it: markup`<td>${name}</td>`. Text among the pieces is escaped here, and only here, so that none
 * can be forgotten; attributes must stand in double quotes.
 */
export function markup(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  let text = parts[0]!;
  for (const [index, piece] of pieces.entries()) text += textOf(piece) + parts[index + 1]!;
  return new Markup(text);
}

function textOf(piece: Piece): string {
  if (piece === null) return '';
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === 'string') return escapeText(piece);
  if (typeof piece === 'number') return String(piece);
  return piece.map(textOf).join('');
}

const SPECIAL: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters of a text; strangers may send more. */
const MOST_CHARACTERS = 4096;

/** Text that shows as it is, in an element and in a quoted attribute; what would be hidden or obeyed becomes visible. */
export function escapeText(text: string): string {
  return safeText(cutText(text, MOST_CHARACTERS)).replace(/[&<>"']/g, (character) => SPECIAL[character]!);
}

/** The text, or its beginning where it is longer. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 2);
  const splits = last >= 0xd800 && last <= 0xdbff; // half of a character
  return `${text.slice(0, splits ? most - 2 : most - 1)}…`;
}
