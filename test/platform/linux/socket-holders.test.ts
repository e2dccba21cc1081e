import { expect, test } from 'vitest';
import type { Descriptors } from '../../../src/platform/linux/proc-pid-fd.ts';
import { indexHolders } from '../../../src/platform/linux/socket-holders.ts';

const holding = (pid: number, started: number, ...inodes: number[]): Descriptors => ({
  pid,
  started,
  fds: Int32Array.from(inodes.keys()),
  inodes: Uint32Array.from(inodes),
});

/** Holders of the inodes from 0 to 5. */
const pidsOf = (descriptors: Descriptors[]): Record<number, number[]> => {
  const holders = indexHolders(descriptors);
  const held = [0, 1, 2, 3, 4, 5].map((inode) => [inode, holders.get(inode)?.processes.map(({ pid }) => pid)] as const);
  return Object.fromEntries(held.filter(([, pids]) => pids !== undefined)) as Record<number, number[]>;
};

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

test('finds each of thousands of inodes, and no other', () => {
  const inodes = Array.from({ length: 5000 }, (_, index) => 4_294_967_295 - 3 * index);
  const holders = indexHolders([
    holding(9, 50, ...inodes.filter((_, index) => index % 2 === 0)),
    holding(8, 60, ...inodes),
  ]);
  expect(
    inodes.map((inode) =>
      holders
        .get(inode)
        ?.processes.map(({ pid }) => pid)
        .join(),
    ),
  ).toEqual(inodes.map((_, index) => (index % 2 === 0 ? '9,8' : '8')));
  for (const inode of inodes) expect(holders.get(inode - 1)).toBeUndefined();
  expect(indexHolders([]).get(1)).toBeUndefined();
});
