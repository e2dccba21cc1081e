import { expect, test } from 'vitest';
import { latin1, utf8 } from '../../../src/core/wire/bytes.ts';
import { KnownTexts } from '../../../src/core/wire/known-texts.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));

test('what was read before is not decoded again, wherever it stands', () => {
  let decoded = 0;
  const decode = (from: Uint8Array, start: number, end: number): string => {
    decoded++;
    return utf8(from, start, end);
  };
  const known = new KnownTexts();
  expect(known.read(bytes('Host: example.com'), 6, 17, decode)).toBe('example.com');
  expect(known.read(bytes('example.com'), 0, 11, decode)).toBe('example.com');
  expect(decoded).toBe(1);
  expect(known.read(bytes('example.con'), 0, 11, decode)).toBe('example.con');
  expect(decoded).toBe(2);
});

test('texts that are told apart by their bytes alone are what decodes them says', () => {
  const known = new KnownTexts();
  const word = bytes('\u00e9');
  for (let times = 0; times < 2; times++) {
    expect(known.read(word, 0, 2, utf8)).toBe('\u00e9');
    expect(known.read(word, 0, 2, latin1)).toBe('\u00c3\u00a9');
    expect(known.read(word, 1, 1, utf8)).toBe('');
  }
});

test('many others that come between change nothing', () => {
  const known = new KnownTexts();
  for (const times of [1, 2]) {
    for (let number = 0; number < 10_000; number++) {
      const text = `${number}.example`.repeat(number % 40);
      expect([times, known.read(bytes(text), 0, text.length, utf8)]).toEqual([times, text]);
    }
  }
});
