import { expect, test } from 'vitest';
import { entropyOf } from '../../../src/core/insight/entropy.ts';

test.each([
  ['aaaa', 0],
  ['ab', 1],
  ['0123456789abcdef', 4],
  ['', 0],
])('%s has %f bits for each character', (text, bits) => {
  expect(entropyOf(text)).toBe(bits);
});
