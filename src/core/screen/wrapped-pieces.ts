import { safeText } from '../output/safe-text.ts';
import { broken, widthOf } from '../output/text-width.ts';
import { type Piece, piece, widthOfPieces } from './cells.ts';

/** So much of a piece is shown: a text from outside may have any length. */
const LONGEST = 4096;

/**
 * Pieces beside each other as lines of at most `width` columns, broken between words; all but the first line begin `indent`
 * columns later, as far as that leaves room.
 */
export function wrapPieces(pieces: readonly Piece[], width: number, indent: number): readonly (readonly Piece[])[] {
  if (widthOfPieces(pieces) <= width) return [pieces];
  const margin = Math.min(indent, Math.floor(width / 2));
  const lines: Piece[][] = [[]];
  let used = 0;
  const begin = (): void => {
    lines.push([piece(' '.repeat(margin))]);
    used = margin;
  };
  for (const { text, role } of pieces) {
    const safe = safeText(text.slice(0, LONGEST));
    for (const word of safe.match(/ *[^ ]+| +$/g) ?? []) {
      const bare = word.trimStart();
      const columns = widthOf(word);
      if (used + columns <= width) {
        lines.at(-1)!.push(piece(word, role));
        used += columns;
        continue;
      }
      if (bare === '') continue;
      if (used > margin || lines.length === 1) begin();
      for (const [index, part] of broken(bare, width - margin).entries()) {
        if (index > 0) begin();
        lines.at(-1)!.push(piece(part, role));
        used += widthOf(part);
      }
    }
  }
  return lines;
}
