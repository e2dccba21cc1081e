import { expect, test } from 'vitest';
import * as bytes from '../../../src/core/wire/bytes.ts';

const { latin1, startsWith, utf8 } = bytes;
/** Behind others, as in a read buffer. */
const BYTES = Uint8Array.from([9, 9, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10]).subarray(2);

test('integers are those of DataView', () => {
  const view = new DataView(BYTES.buffer, BYTES.byteOffset);
  expect([bytes.u16(BYTES, 1), bytes.u16le(BYTES, 1)]).toEqual([view.getUint16(1), view.getUint16(1, true)]);
  expect([bytes.u32(BYTES, 1), bytes.u32le(BYTES, 1)]).toEqual([view.getUint32(1), view.getUint32(1, true)]);
  expect([bytes.i32(BYTES, 0), bytes.i32le(BYTES, 0)]).toEqual([view.getInt32(0), view.getInt32(0, true)]);
  expect(bytes.u24(BYTES, 0)).toBe(0xfedcba);
  expect(bytes.u64(BYTES, 0)).toBe(Number(view.getBigUint64(0)));
});

test('past the end there are zeros', () => {
  expect([bytes.u16(BYTES, 7), bytes.u24(BYTES, 7), bytes.u32(BYTES, 8), bytes.u64(BYTES, 8)]).toEqual([
    0x1000, 0x100000, 0, 0,
  ]);
  expect([bytes.u16le(BYTES, 7), bytes.u32le(BYTES, 7)]).toEqual([0x10, 0x10]);
});

test('startsWith compares letters as they are, and not past the end', () => {
  const text = Buffer.from('GET /');
  expect(startsWith(text, 0, 5, 'GET')).toBe(true);
  expect(startsWith(text, 1, 5, 'ET')).toBe(true);
  expect(startsWith(text, 0, 2, 'GET')).toBe(false);
  expect(startsWith(text, 0, 5, 'get')).toBe(false);
  expect(startsWith(text, 3, 5, ' /x')).toBe(false);
});

test('latin1 makes a character of each byte; utf8 decodes, and marks what is none', () => {
  const text = Uint8Array.from([0x21, 0x61, 0xc3, 0xa9, 0xff]).subarray(1);
  expect([latin1(text, 0, 4), utf8(text, 0, 4)]).toEqual(['a\xc3\xa9\xff', 'a\xe9\ufffd']);
});

test.each([latin1, utf8])('what lies outside of the buffer is no text, and no exception', (textOf) => {
  const text = Uint8Array.from(Buffer.from('xabc')).subarray(1);
  expect([textOf(text, 1, 9), textOf(text, 3, 3), textOf(text, 4, 9), textOf(text, 9, 2), textOf(text, 2, 1)]).toEqual([
    ...['bc', '', '', '', ''],
  ]);
});
