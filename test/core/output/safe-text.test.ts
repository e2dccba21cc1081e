import fc from 'fast-check';
import { expect, test } from 'vitest';
import { safeJsonString, safeText, safeTsvText } from '../../../src/core/output/safe-text.ts';
import { ANY_CHARACTER } from '../../support/any-character.ts';

/** What must never reach a terminal, a table or a TSV cell. */
const DANGEROUS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

test.each([
  ['plain', 'curl', 'curl'],
  ['clear screen', '\x1b[2Jx', '\\x1b[2Jx'],
  ['clipboard (OSC 52)', '\x1b]52;c;AAAA\x07', '\\x1b]52;c;AAAA\\x07'],
  ['8-bit CSI', '\x9b2J', '\\x9b2J'],
  ['line feed and tab', 'a\nb\tc\r', 'a\\nb\\tc\\r'],
  ['NUL and DEL', '\0\x7f', '\\x00\\x7f'],
  ['bidirectional override', 'gpj\u202e.exe', 'gpj\\u202e.exe'],
  ['zero width', 'a\u200bb', 'a\\u200bb'],
  ['lone surrogate', 'a\ud800', 'a\\ud800'],
  ['language tag', 'a\u{e0041}', 'a\\udb40\\udc41'],
  ['line separator', 'a\u2028b', 'a\\u2028b'],
  ['letters of any script stay', 'ж漢字é🙂', 'ж漢字é🙂'],
])('%s', (_what, text, safe) => {
  expect(safeText(text)).toBe(safe);
});

test('no text gets through that a terminal acts on', () => {
  fc.assert(
    fc.property(fc.string({ unit: ANY_CHARACTER }), (text) => {
      expect(safeText(text)).not.toMatch(DANGEROUS);
      expect(safeTsvText(text)).not.toMatch(DANGEROUS);
      expect(safeJsonString(text)).not.toMatch(DANGEROUS);
    }),
    { numRuns: 2000 },
  );
});

test('JSON gives the text back', () => {
  fc.assert(
    fc.property(fc.string({ unit: ANY_CHARACTER }), (text) => {
      expect(JSON.parse(safeJsonString(text))).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

test('a TSV cell gives the text back', () => {
  const textOf = (cell: string): string =>
    cell.replace(/\\(?:([tnr\\])|x([0-9a-f]{2})|u([0-9a-f]{4}))/g, (_all, letter, two, four) =>
      letter === undefined
        ? String.fromCharCode(Number.parseInt(two ?? four, 16))
        : { t: '\t', n: '\n', r: '\r', '\\': '\\' }[letter as 't']!,
    );
  fc.assert(
    fc.property(fc.string({ unit: ANY_CHARACTER }), (text) => {
      expect(textOf(safeTsvText(text))).toBe(text);
    }),
    { numRuns: 2000 },
  );
});
