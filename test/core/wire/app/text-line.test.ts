import { expect, test } from 'vitest';
import { beginsWith, decimal, find, lineEnd, nextLine } from '../../../../src/core/wire/app/text-line.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

test.each([
  ['ab\r\nc', 2, 4],
  ['ab\nc', 2, 3],
  ['ab\rc', 2, 3],
  ['\r\n', 0, 2],
])('%j ends at %i, the next line is at %i', (text, end, next) => {
  expect(lineEnd(bytes(text), 0, text.length, true)).toBe(end);
  expect(nextLine(bytes(text), end, text.length)).toBe(next);
});

test('a line without an end waits where more can follow, and is taken as it is where not', () => {
  expect(lineEnd(bytes('abc'), 0, 3, true)).toBe(-1);
  expect(lineEnd(bytes('abc\r'), 0, 4, true)).toBe(-1);
  expect(lineEnd(bytes('abc'), 0, 3, false)).toBe(3);
  expect(lineEnd(bytes('abc\r'), 0, 4, false)).toBe(3);
  expect(lineEnd(bytes('abc\n'), 0, 3, false)).toBe(3);
  expect(nextLine(bytes('abc\n'), 3, 3)).toBe(3);
  expect(nextLine(bytes('abc\r\n'), 3, 4)).toBe(4);
});

test.each(['\r\n', '\n', '\r', '\r\r\n', '\n\r'])(
  'far from its start a line ends at %j as it does near',
  (terminator) => {
    const near = bytes(`a${terminator}b`);
    const far = bytes(`${'a'.repeat(2000)}${terminator}b`);
    for (const more of [true, false]) {
      for (let cut = 0; cut <= terminator.length + 1; cut++) {
        const expected = lineEnd(near, 0, near.length - cut, more);
        expect(lineEnd(far, 0, far.length - cut, more)).toBe(expected < 0 ? -1 : expected + 1999);
        if (expected < 0) continue;
        const next = nextLine(near, expected, near.length - cut);
        expect(nextLine(far, expected + 1999, far.length - cut)).toBe(next + 1999);
      }
    }
  },
);

test('names compare in any case, and never past the end', () => {
  expect(beginsWith(bytes('Content-Length: 1'), 0, 17, 'content-length:')).toBe(true);
  expect(beginsWith(bytes('Content-Length: 1'), 0, 10, 'content-length:')).toBe(false);
  expect(find(bytes('a:b'), 0x3a, 0, 3)).toBe(1);
  expect(find(bytes('a:b'), 0x3a, 0, 1)).toBe(-1);
});

test('numbers stop at what is no digit, and below 2^31', () => {
  expect(decimal(bytes(' 42\r'), 0, 4)).toBe(42);
  expect(decimal(bytes('2147483647'), 0, 10)).toBe(2_147_483_647);
  expect(decimal(bytes('2147483648'), 0, 10)).toBe(-1);
  expect(decimal(bytes('-5'), 0, 2)).toBe(-1);
  expect(decimal(bytes('99999999999999999999'), 0, 20)).toBe(-1);
});
