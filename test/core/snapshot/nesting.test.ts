import { expect, test } from 'vitest';
import { Nesting } from '../../../src/core/snapshot/nesting.ts';

test.each<[string, number]>([
  ['1', 0],
  ['{}', 1],
  ['[{"a":[1]},[2]]', 3],
  ['["[[[["]', 1],
  ['["\\"[[[[",[]]', 2],
  ['["\\\\",[[]]]', 3],
])('%s is %d deep, wherever it is cut', (text, depth) => {
  const bytes = Buffer.from(text);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const nesting = new Nesting();
    nesting.add(bytes.subarray(0, cut));
    nesting.add(bytes.subarray(cut));
    expect(nesting.deepest).toBe(depth);
  }
});
