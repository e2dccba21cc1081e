import { expect, test } from 'vitest';
import type { Descriptors } from '../../../src/platform/linux/proc-pid-fd.ts';
import { indexHolders } from '../../../src/platform/linux/socket-holders.ts';

const holding = (pid: number, started: number, ...inodes: number[]): Descriptors => ({
  pid,
  started,
  fds: Int32Array.from(inodes.keys()),
  inodes: Uint32Array.from(inodes),
});

const pidsOf = (descriptors: Descriptors[]): Record<number, number[]> =>
  Object.fromEntries(
    [...indexHolders(descriptors)].map(([inode, { processes }]) => [inode, processes.map(({ pid }) => pid)]),
  );

test('one process, and several with the first to start first', () => {
  expect(pidsOf([holding(9, 50, 1, 2), holding(30, 40, 2), holding(20, 50, 2, 3)])).toEqual({
    1: [9],
    2: [30, 9, 20],
    3: [20],
  });
});

test('several descriptors of one process, in one part of the scan or in two, are one holder', () => {
  expect(pidsOf([holding(9, 50, 1, 1, 0), holding(9, 50, 0, 0, 1)])).toEqual({ 1: [9] });
});

test('sockets with the same holders share them', () => {
  const holders = indexHolders([holding(9, 50, 1, 2), holding(8, 60, 1, 2)]);
  expect(holders.get(1)).toBe(holders.get(2));
});
