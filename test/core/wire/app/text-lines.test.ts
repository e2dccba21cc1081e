import { expect, test } from 'vitest';
import { afterLine, isWord } from '../../../../src/core/wire/app/text-lines.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

test('the next line begins behind the line feed, where there is one before the end', () => {
  expect(afterLine(bytes('ab\r\nc'), 0, 5)).toBe(4);
  expect(afterLine(bytes('ab\r\nc'), 4, 5)).toBe(-1);
  expect(afterLine(bytes('ab\r\nc'), 0, 3)).toBe(-1);
});

test('a line is not looked for past the end: what follows in the read buffer costs nothing', () => {
  const reads: string[] = [];
  const buffer = new Proxy(bytes('abc\n'), {
    get: (target, name) => {
      reads.push(String(name));
      return Reflect.get(target, name);
    },
  });
  expect(afterLine(buffer, 0, 2)).toBe(-1);
  expect(reads).toEqual(['0', '1']);
});

test('a word is compared whole, in any case', () => {
  expect(isWord(bytes('auth TLS'), 0, 8, 'AUTH')).toBe(true);
  expect(isWord(bytes('AUTHOR'), 0, 6, 'AUTH')).toBe(false);
  expect(isWord(bytes('AUT'), 0, 3, 'AUTH')).toBe(false);
});
