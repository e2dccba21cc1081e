import { expect, test } from 'vitest';
import { readNeighbors } from '../../../src/platform/linux/neighbors.ts';
import { brokenDen, den } from './folder-machine.ts';

test('a machine as files has the neighbours of /proc/net/arp', () => {
  expect(readNeighbors(den, null).rows.map(({ addr }) => addr)).toEqual(['192.168.7.1', '192.168.7.9', '10.11.0.1']);
  expect(readNeighbors(brokenDen, null).rows.length).toBe(2);
});
