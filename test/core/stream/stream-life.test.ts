import { expect, test } from 'vitest';
import { hasEnded, isStreamOver, isStreamPast } from '../../../src/core/stream/stream-life.ts';
import type { Flow } from '../../../src/core/wire/flow.ts';

const flowOf = (changes: object): Flow =>
  ({ isOver: false, tcp: null, lastSeconds: 1000, aPackets: 1, bPackets: 1, ...changes }) as Flow;
const tcp = (ended: number, changes: object = {}) => flowOf({ tcp: { ended }, ...changes });
/** After how many seconds of silence, of those given, it is over. */
const over = (flow: Flow, ...after: readonly number[]) => after.filter((seconds) => isStreamOver(flow, 1000 + seconds));

test.each<[number, boolean]>([
  [0, false],
  [1, false],
  [2, false],
  [3, true],
  [4, true],
  [5, true],
  [7, true],
])('a connection with the ends %i has ended: %j', (ended, expected) => {
  expect(hasEnded(tcp(ended))).toBe(expected);
});

test('datagrams never end', () => {
  expect(hasEnded(flowOf({}))).toBe(false);
});

test.each<[string, Flow, readonly number[]]>([
  ['one that is over', flowOf({ isOver: true }), [0, 1, 2, 119, 120, 129, 130]],
  ['datagrams', flowOf({}), [120, 129, 130]],
  ['an ended connection', tcp(3), [2, 119, 120, 129, 130]],
  ['an open connection', tcp(1), []],
  ['one that only A spoke in', tcp(0, { bPackets: 0 }), [130]],
  ['one that only B spoke in', tcp(0, { aPackets: 0 }), [130]],
  ['a refused one', tcp(4, { bPackets: 0 }), [2, 119, 120, 129, 130]],
])('%s: when it is over', (_what, flow, expected) => {
  expect(over(flow, 0, 1, 2, 119, 120, 129, 130)).toEqual(expected);
});

test('it is past when nothing late comes any more', () => {
  expect([59, 60].map((seconds) => isStreamPast(tcp(3), 1000 + seconds))).toEqual([false, true]);
  expect([119, 120].map((seconds) => isStreamPast(flowOf({}), 1000 + seconds))).toEqual([false, true]);
  expect(isStreamPast(tcp(0), 9000)).toBe(false);
});
