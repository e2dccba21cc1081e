import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { pad, truncate, truncateMiddle, widthOf, wrap } from '../../../src/core/output/text-width.ts';

test.each([
  ['curl', 4],
  ['漢字', 4],
  ['é', 1],
  ['e\u0301', 1],
  ['🙂', 2],
])('%s is %d columns wide', (text, width) => {
  expect(widthOf(text)).toBe(width);
});

test.each([
  ['short', 10, 'short'],
  ['abcdefgh', 5, 'abcd…'],
  ['漢字漢字', 5, '漢字…'],
  ['漢字漢字', 4, '漢…'],
  ['abc', 0, ''],
  ['abc', 1, '…'],
  ['abc', 2, 'a…'],
  ['abc', 3, 'abc'],
  ['漢字', 1, '…'],
])('%s cut to %d', (text, width, cut) => {
  expect(truncate(text, width)).toBe(cut);
  expect(widthOf(truncate(text, width))).toBeLessThanOrEqual(width);
});

test('padding counts columns, not characters', () => {
  expect(pad('漢', 4, 'right')).toBe('漢  ');
  expect(pad('7', 3, 'left')).toBe('  7');
});

test.each([
  ['abcdefghij', 10, 0, 'abcdefghij'],
  ['abcdefghij', 9, 0, 'abcd…ghij'],
  ['abcdefghij', 6, 0, 'abc…ij'],
  ['abcdefghij', 6, 1, 'abcd…j'],
  ['abcdefghij', 6, 9, 'abcd…j'],
  ['abcdefghij', 6, -1, 'ab…hij'],
  ['abcdefghij', 6, -9, 'a…ghij'],
  ['abcdefghij', 3, 0, 'a…j'],
  ['abcdefghij', 2, 0, 'a…'],
  ['漢字漢字漢字', 9, 0, '漢字…漢字'],
  ['漢字漢字漢字', 8, 0, '漢字…字'],
  ['漢a字b漢c字', 6, 0, '漢a…字'],
])('%s cut in its middle to %d, moved by %d', (text, width, shift, cut) => {
  expect(truncateMiddle(text, width, shift)).toBe(cut);
});

test('padding never cuts', () => {
  expect(pad('abc', 2, 'left')).toBe('abc');
});

test.each([
  ['fits', 4, ['fits']],
  ['one two three', 7, ['one two', 'three']],
  ['one two three', 8, ['one two', 'three']],
  ['abcdefghij k', 4, ['abcd', 'efgh', 'ij k']],
  ['漢字漢字 漢', 5, ['漢字', '漢字', '漢']],
  ['漢字', 1, ['漢', '字']],
  ['abc', 0, ['abc']],
])('%s in lines of %d', (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines);
});

test('every character is as wide as string-width says, whichever way it is measured', () => {
  const wrong: string[] = [];
  for (let code = 0x20; code < 0xd800; code++) {
    const text = String.fromCharCode(code);
    if (widthOf(text) !== stringWidth(text)) wrong.push(code.toString(16));
  }
  expect(wrong).toEqual([]);
});
