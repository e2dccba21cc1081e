import { expect, test } from 'vitest';
import { decodeHuffman } from '../../../../../src/core/wire/app/http/hpack-huffman.ts';
import { hex } from '../../../../support/wire.ts';

const decode = (text: string): string | null => {
  const bytes = hex(text);
  return decodeHuffman(bytes, 0, bytes.length);
};

test.each([
  ['f1e3 c2e5 f23a 6ba0 ab90 f4ff', 'www.example.com'],
  ['25a8 49e9 5ba9 7d7f', 'custom-key'],
  ['d07a be94 1054 d444 a820 0595 040b 8166 e082 a62d 1bff', 'Mon, 21 Oct 2013 20:13:21 GMT'],
  ['', ''],
])('%s is %j (RFC 7541, C.4 and C.6)', (code, text) => {
  expect(decode(code)).toBe(text);
});

test('padding is ones, less than a byte of them', () => {
  expect(decode('00')).toBeNull(); // "0" and three zeros
  expect(decode('07')).toBe('0');
  expect(decode('07ff')).toBeNull();
  expect(decode('ffffffff')).toBeNull();
});
