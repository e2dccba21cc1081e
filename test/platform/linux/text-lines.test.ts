import { expect, test } from 'vitest';
import { eachWholeLine } from '../../../src/platform/linux/text-lines.ts';

test.each([
  ['', []],
  ['a', []],
  ['a\n', ['a']],
  ['a\n\nb\nc', ['a', '', 'b']],
])('visits the whole lines of %j', (text, lines) => {
  const visited: string[] = [];
  eachWholeLine(text, (line) => visited.push(line));
  expect(visited).toEqual(lines);
});
