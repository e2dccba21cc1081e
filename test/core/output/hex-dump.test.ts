import { expect, test } from 'vitest';
import { barOf } from '../../../src/core/output/bar.ts';
import { hexDump } from '../../../src/core/output/hex-dump.ts';

const BYTES = Uint8Array.from([
  0x1f,
  0x20,
  0x41,
  0x7e,
  0x7f,
  0xff,
  0x0a,
  0,
  ...Array.from({ length: 12 }, (_, i) => 0x61 + i),
]);

test('lines of sixteen bytes with their offset and what can be printed', () => {
  expect(hexDump(BYTES, 0, 18)).toBe(
    '0000  1f 20 41 7e 7f ff 0a 00 61 62 63 64 65 66 67 68   . A~....abcdefgh\n' +
      '0010  69 6a                                             ij\n',
  );
});

test('a part of the bytes, counted from a base', () => {
  expect(hexDump(BYTES, 1, 4, 0x1230, '  ')).toBe('  1230  20 41 7e                                           A~\n');
  expect(hexDump(BYTES, 1, 20, 16)).toBe(
    '0010  20 41 7e 7f ff 0a 00 61 62 63 64 65 66 67 68 69    A~....abcdefghi\n' +
      '0020  6a 6b 6c                                          jkl\n',
  );
  expect(hexDump(BYTES, 0, 16).split('\n')).toHaveLength(2);
  expect(hexDump(BYTES, 3, 3)).toBe('');
});

test.each([
  [100, 30],
  [50, 15],
  [1.6, 0],
  [1.7, 1],
  [0, 0],
  [2 ** 53, 30],
  [-1, 0],
  [null, 0],
  [undefined, 0],
])('%s percent are %i blocks', (percent, blocks) => {
  expect(barOf(percent)).toBe('█'.repeat(blocks));
});
