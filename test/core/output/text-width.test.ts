import { expect, test } from 'vitest';
import { pad, truncate, widthOf } from '../../../src/core/output/text-width.ts';

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
])('%s cut to %d', (text, width, cut) => {
  expect(truncate(text, width)).toBe(cut);
  expect(widthOf(truncate(text, width))).toBeLessThanOrEqual(width);
});

test('padding counts columns, not characters', () => {
  expect(pad('漢', 4, 'right')).toBe('漢  ');
  expect(pad('7', 3, 'left')).toBe('  7');
});
