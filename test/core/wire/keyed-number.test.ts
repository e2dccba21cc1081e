import { afterEach, expect, test, vi } from 'vitest';
import { PktapOwners } from '../../../src/core/packet/packet-owners.ts';
import { Http2Connection } from '../../../src/core/wire/app/http/http2-stream.ts';
import { keyedNumber } from '../../../src/core/wire/keyed-number.ts';
import { ethernet, ipv4, udp } from '../../support/headers.ts';
import { dissectFrame } from '../../support/wire.ts';

const BUCKETS = 2048;
const count = 4096;

afterEach(() => void vi.restoreAllMocks());

/** How V8 hashes a small integer that is the key of a Map (ComputeUnseededHash of src/utils/utils.h). */
function bucketOf(number: number): number {
  let hash = number >>> 0;
  hash = (~hash + (hash << 15)) >>> 0;
  hash = (hash ^ (hash >>> 12)) >>> 0;
  hash = (hash + (hash << 2)) >>> 0;
  hash = (hash ^ (hash >>> 4)) >>> 0;
  hash = Math.imul(hash, 2057) >>> 0;
  return (hash ^ (hash >>> 16)) & (BUCKETS - 1);
}

/** Numbers that lie in one bucket of a Map, as whoever reads the source of V8 computes them. */
const hostile: number[] = [];
for (let number = 1; hostile.length < count; number++) if (bucketOf(number) === 5) hostile.push(number);

function fullest(numbers: readonly number[]): number {
  const held = new Int32Array(BUCKETS);
  for (const number of numbers) held[bucketOf(number)]!++;
  return Math.max(...held);
}

test('numbers that V8 hashes alike have keys that it does not', () => {
  expect(fullest(hostile)).toBe(count);
  expect(fullest(hostile.map(keyedNumber))).toBeLessThan(32);
});

test('one number has one key, and no other number has it', () => {
  const numbers = [
    ...hostile,
    0,
    -1,
    2 ** 31 - 1,
    -(2 ** 31),
    ...Array.from({ length: 70_000 }, (_, index) => -2 - index),
  ];
  expect(new Set(numbers.map(keyedNumber)).size).toBe(numbers.length);
  expect(numbers.map(keyedNumber)).toEqual(numbers.map(keyedNumber));
  expect(keyedNumber(2 ** 32 - 1)).toBe(keyedNumber(-1));
});

/** Keys that are numbers, of all Maps while something is done. */
function numericKeysDuring(act: () => void): number[] {
  const keys: number[] = [];
  const set = Map.prototype.set;
  vi.spyOn(Map.prototype, 'set').mockImplementation(function (
    this: Map<unknown, unknown>,
    key: unknown,
    value: unknown,
  ) {
    if (typeof key === 'number') keys.push(key);
    return set.call(this, key, value);
  });
  act();
  vi.restoreAllMocks();
  return keys;
}

test('streams of HTTP/2, whose numbers the client chooses', () => {
  const connection = new Http2Connection();
  const keys = numericKeysDuring(() => {
    for (const id of hostile) connection.open(id);
  });
  expect(keys.length).toBe(count);
  expect(fullest(keys)).toBeLessThan(32);
  expect(hostile.every((id) => connection.stream(id)?.id === id)).toBe(true);
});

test('processes that a capture names', () => {
  const owners = new PktapOwners();
  const header = Buffer.alloc(108);
  header.writeUInt32LE(108, 0);
  header.writeUInt32LE(1, 4);
  header.writeUInt32LE(1, 8);
  header.write('x', 56);
  const inner = ethernet(0x0800, ipv4(17, udp(1, 2, [0])));
  const keys = numericKeysDuring(() => {
    for (const pid of hostile) {
      header.writeInt32LE(pid, 52);
      expect(owners.senderOf(dissectFrame(Uint8Array.from([...header, ...inner]), 258))?.pid).toBe(pid);
    }
  });
  expect(keys.length).toBe(count);
  expect(fullest(keys)).toBeLessThan(32);
});
