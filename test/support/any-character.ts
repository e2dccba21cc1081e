import fc from 'fast-check';

/** Any code point but halves of surrogate pairs, as fast-check's unit `binary`: which makes a table of all first, and takes 2.5 s. */
export const ANY_CHARACTER = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((point) => String.fromCodePoint(point));
