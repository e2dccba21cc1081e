import { expect, test } from 'vitest';
import { openVerdict } from '../../../src/commands/listing/verdict.ts';
import type { Tally } from '../../../src/core/filter/expectation.ts';

const claim = (name: string) => ({
  expectation: null as never,
  readsOn: true,
  refuted: `${name} fails`,
  untold: `${name} unknown`,
});
let looks = 0;
const tally = (holds: boolean | null): Tally => {
  const number = looks++;
  return { add: () => {}, holds: () => holds, explain: () => `look ${number}` };
};

test.each<[snapshots: (boolean | null)[][], status: number, complaints: string[]]>([
  [[], 0, []],
  [[[true, true]], 0, []],
  [[[true, null]], 3, ['b unknown: look 1']],
  [
    [
      [true, null],
      [true, null],
      [true, true],
    ],
    3,
    ['b unknown: look 1'],
  ],
  [[[null, false]], 1, ['a unknown: look 0', 'b fails: look 1']],
  [
    [
      [null, true],
      [false, true],
      [false, true],
    ],
    1,
    ['a fails: look 2'],
  ],
  [
    [
      [false, true],
      [null, null],
    ],
    1,
    ['a fails: look 0', 'b unknown: look 3'],
  ],
])('%j', (snapshots, status, complaints) => {
  looks = 0;
  const verdict = openVerdict([claim('a'), claim('b')]);
  for (const one of snapshots) verdict.add(one.map(tally));
  expect([verdict.status(), verdict.complaints()]).toEqual([status, complaints]);
});
