import { expect, test } from 'vitest';
import { openLines } from '../../src/core/cut-lines.ts';

function linesOf(pieces: readonly string[], longest?: number): string[] {
  const lines: string[] = [];
  const feed = openLines((line) => lines.push(line), longest);
  for (const piece of pieces) feed(piece);
  return lines;
}

test('lines come whole, however the text was cut', () => {
  const text = 'one\n\ntwo\nthree\nrest';
  for (let cut = 0; cut <= text.length; cut++) {
    expect(linesOf([text.slice(0, cut), text.slice(cut)])).toEqual(['one', '', 'two', 'three']);
  }
  expect(linesOf([...text])).toEqual(['one', '', 'two', 'three']);
});

test('a line that is too long is left out, and those after it are not', () => {
  expect(linesOf(['12345678', '9012345', '6\nshort\n'], 10)).toEqual(['short']);
  expect(linesOf(['a\n12345678901\nb\n'], 10)).toEqual(['a', 'b']);
});
