import { expect, test } from 'vitest';
import { berEnd, berInteger, berStart, berTag } from '../../../../src/core/wire/app/ber.ts';

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

test.each([
  ['a length in one byte', bytes(0x30, 3, 1, 2, 3), 2, 5],
  ['nothing within', bytes(0x30, 0), 2, 2],
  ['a length in two bytes', bytes(0x30, 0x82, 1, 2), 4, 4 + 258],
  ['a length in four bytes, more than there is', bytes(0x30, 0x84, 0xff, 0xff, 0xff, 0xff), 6, 6 + 0xffffffff],
])('an element with %s', (_, element, start, end) => {
  expect(berTag(element, 0, element.length)).toBe(0x30);
  expect([berStart(element, 0), berEnd(element, 0)]).toEqual([start, end]);
});

test.each([
  ['no length', bytes(0x30)],
  ['a tag of several bytes', bytes(0x1f, 1, 0)],
  ['a length without an end', bytes(0x30, 0x80, 0, 0)],
  ['a length in five bytes', bytes(0x30, 0x85, 0, 0, 0, 0, 1)],
  ['a length cut short', bytes(0x30, 0x82, 1)],
])('an element with %s is none', (_, element) => {
  expect(berTag(element, 0, element.length)).toBe(-1);
});

test('integers have up to four bytes, and a sign', () => {
  expect(berInteger(bytes(3), 0, 1)).toBe(3);
  expect(berInteger(bytes(0xff, 0xfe), 0, 2)).toBe(-2);
  expect(berInteger(bytes(), 0, 0)).toBeNaN();
  expect(berInteger(bytes(1, 2, 3, 4, 5), 0, 5)).toBeNaN();
});

test('an element that does not begin at 0, whose length is all there', () => {
  const element = bytes(9, 9, 0x02, 0x82, 1, 2);
  expect([berTag(element, 2, 6), berStart(element, 2), berEnd(element, 2)]).toEqual([2, 6, 6 + 258]);
  expect([berTag(element, 2, 5), berTag(element, 2, 3), berTag(bytes(0x1e, 0), 0, 2)]).toEqual([-1, -1, 0x1e]);
});

test.each([
  [[0x7f], 127],
  [[0x80], -128],
  [[0x00, 0x80], 128],
  [[0x7f, 0xff, 0xff, 0xff], 0x7fffffff],
  [[0x80, 0, 0, 0], -0x80000000],
])('the integer of %j', (value, expected) => {
  expect(berInteger(bytes(7, ...value, 7), 1, 1 + value.length)).toBe(expected);
  expect([berInteger(bytes(1, 2), 1, 1), berInteger(bytes(1, 2), 1, 0)]).toEqual([Number.NaN, Number.NaN]);
});
