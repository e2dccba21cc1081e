import fc from 'fast-check';
import { expect, test } from 'vitest';
import { safeText } from '../../../src/core/output/safe-text.ts';
import { piece, widthOfPieces } from '../../../src/core/screen/cells.ts';
import { wrapPieces } from '../../../src/core/screen/wrapped-pieces.ts';

const textOf = (lines: ReturnType<typeof wrapPieces>): readonly string[] =>
  lines.map((line) => line.map(({ text }) => text).join(''));

test('what fits is one line, the rest goes on below, with its colours', () => {
  const pieces = [piece(' name  ', 'faint'), piece('one two three', 'bad')];
  expect(wrapPieces(pieces, 20, 7)).toEqual([pieces]);
  const lines = wrapPieces(pieces, 15, 7);
  expect(textOf(lines)).toEqual([' name  one two', '       three']);
  expect(lines[1]!.at(-1)).toEqual(piece('three', 'bad'));
});

test('a word that is longer than a line is broken', () => {
  expect(textOf(wrapPieces([piece(' '), piece('abcdefghij')], 6, 1))).toEqual([' ', ' abcde', ' fghij']);
});

test('no line is too wide, and no word is lost', () => {
  const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', ' ', '漢', 'é') }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(texts, fc.integer({ min: 4, max: 30 }), fc.nat(10), (all, width, indent) => {
      const lines = wrapPieces(
        all.map((text) => piece(text)),
        width,
        indent,
      );
      for (const line of lines) expect(widthOfPieces(line)).toBeLessThanOrEqual(width);
      const letters = (text: string): string => safeText(text).replaceAll(' ', '');
      expect(letters(textOf(lines).join(''))).toBe(letters(all.join('')));
    }),
  );
});
