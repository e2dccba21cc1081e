import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ByteText, writtenText } from '../../../src/core/net/byte-text.ts';
import { JsonLiterals, writeJsonString } from '../../../src/core/output/json-bytes.ts';
import { safeJsonString } from '../../../src/core/output/safe-text.ts';
import { ANY_CHARACTER } from '../../support/any-character.ts';

const texts = fc.oneof(fc.string({ unit: ANY_CHARACTER, maxLength: 60 }), fc.string({ maxLength: 60 }));

test('a text is the literal that it is in records', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(writtenText((out) => writeJsonString(out, text))).toBe(safeJsonString(text));
    }),
  );
});

test.each([
  '',
  '443 → 51000',
  'a"b\\c',
  '\u007f',
  '\u0000\u001b[31m',
  '\u202e',
  '\ud800',
  'ü',
  '→\n',
  '\u2191',
  '"'.repeat(5000),
])('%j', (text) => expect(writtenText((out) => writeJsonString(out, text))).toBe(safeJsonString(text)));

test('kept literals are the same the first time and afterwards', () => {
  const literals = new JsonLiterals();
  const write = (text: string) => writtenText((out: ByteText) => literals.write(out, text));
  fc.assert(
    fc.property(texts, (text) => {
      expect([write(text), write(text)]).toEqual([safeJsonString(text), safeJsonString(text)]);
    }),
  );
});
