import { expect, test } from 'vitest';
import { afterName, readName } from '../../../../../src/core/wire/app/dns/dns-name.ts';

const bytes = (...parts: readonly (string | number)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...Buffer.from(part, 'utf8')])));
const read = (message: Uint8Array, offset = 0): string | null => readName(message, 0, message.length, offset);

/** RFC 1035, 4.1.4: F.ISI.ARPA at 20, FOO.F.ISI.ARPA at 40, ARPA at 64 and the root at 92. */
const RFC_EXAMPLE = (() => {
  const message = new Uint8Array(94);
  message.set(bytes(1, 'F', 3, 'ISI', 4, 'ARPA', 0), 20);
  message.set(bytes(3, 'FOO', 0xc0, 20), 40);
  message.set(bytes(0xc0, 26), 64);
  return message;
})();

test.each([
  [20, 'F.ISI.ARPA', 32],
  [40, 'FOO.F.ISI.ARPA', 46],
  [64, 'ARPA', 66],
  [92, '<Root>', 93],
])('the name at %i of the example of RFC 1035', (offset, name, after) => {
  expect(read(RFC_EXAMPLE, offset)).toBe(name);
  expect(afterName(RFC_EXAMPLE, offset, RFC_EXAMPLE.length)).toBe(after);
});

test('pointers count from the start of the message', () => {
  const message = bytes(9, 9, 1, 'a', 0, 0xc0, 0);
  expect(readName(message, 2, message.length, 5)).toBe('a');
});

test.each([
  ['points to itself', bytes(0xc0, 0)],
  ['points in a circle', bytes(1, 'a', 0xc0, 4, 1, 'b', 0xc0, 0)],
  ['points behind the message', bytes(1, 'a', 0xc0, 200)],
  ['ends within a pointer', bytes(1, 'a', 0xc0)],
  ['has no end', bytes(1, 'a')],
  ['ends within a label', bytes(5, 'ab')],
  ['has a label of 64 bytes', bytes(64, 'a'.repeat(64), 0)],
  ['has a label of the kind RFC 2673 gave up', bytes(0x41, 1, 0)],
])('a name that %s is none', (_, message) => {
  expect(read(message)).toBeNull();
});

test('a name has 255 bytes at most, its root among them (RFC 1035, 2.3.4)', () => {
  const label = (length: number): readonly (string | number)[] => [length, 'x'.repeat(length)];
  const longest = bytes(...label(63), ...label(63), ...label(63), ...label(61), 0);
  expect(longest).toHaveLength(255);
  expect(read(longest)).toHaveLength(253);
  expect(read(bytes(...label(63), ...label(63), ...label(63), ...label(62), 0))).toBeNull();
});

test.each([
  [bytes(5, 'Büro', 0), 'Büro'],
  [bytes(2, 0xff, 'a', 0), '\ufffda'],
  [bytes(2, 27, 'c', 0), '\\027c'],
])('bytes that are no ASCII: UTF-8, what is none of that, or their numbers', (message, name) => {
  expect(read(message)).toBe(name);
});

test('passing over a name follows no pointer', () => {
  expect(afterName(bytes(1, 'a', 0xc0, 0, 7), 0, 5)).toBe(4);
  expect(afterName(bytes(1, 'a', 0xc0), 0, 3)).toBe(-1);
  expect(afterName(bytes(), 0, 0)).toBe(-1);
});
