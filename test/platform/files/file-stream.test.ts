import fs from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { FileStream } from '../../../src/platform/files/file-stdout.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Takes so many bytes at a time, one number a call; fails when none is left. */
function disk(...takes: number[]): string[] {
  const written: string[] = [];
  vi.spyOn(fs, 'writeSync').mockImplementation(((fd: number, bytes: Uint8Array, at: number) => {
    const most = takes.shift();
    if (fd !== 77 || most === undefined) throw Object.assign(new Error('ENOSPC: no room'), { code: 'ENOSPC' });
    const taken = bytes.subarray(at, at + most);
    written.push(Buffer.from(taken).toString());
    return taken.length;
  }) as never);
  return written;
}

test('what is taken in parts is written whole, and nobody has to wait', () => {
  const written = disk(2, 1, 100);
  const stream = new FileStream(77);
  const done = vi.fn();
  expect(stream.write(Buffer.from('abcdef'), done)).toBe(true);
  expect(stream.write(Buffer.alloc(0))).toBe(true);
  expect([written, done.mock.calls]).toEqual([['ab', 'c', 'def'], [[]]]);
});

test.each([
  [['one\n', 'two\nthree\n'], [4, 4], { bytes: 8, lines: 2, isTorn: false }],
  [['one\n', 'two\nthree\n'], [4, 6], { bytes: 10, lines: 2, isTorn: true }],
  [['one\n', 'two\n'], [4], { bytes: 4, lines: 1, isTorn: false }],
  [['one\ntw', 'o\n'], [6], { bytes: 6, lines: 1, isTorn: true }],
  [['one\ntw', 'o\n\nx'], [6, 3], { bytes: 9, lines: 3, isTorn: false }],
  [['one'], [], { bytes: 0, lines: 0, isTorn: false }],
  [['\n\n'], [1], { bytes: 1, lines: 1, isTorn: false }],
] as const)('a full disk took %j by %j', (texts, takes, taken) => {
  disk(...takes);
  const stream = new FileStream(77);
  const told: unknown[] = [];
  for (const name of ['first', 'second']) stream.on('error', (error) => told.push([name, error.taken]));
  const done = vi.fn();
  for (const text of texts) expect(stream.write(Buffer.from(text), done)).toBe(true);
  expect(told).toEqual([
    ['first', taken],
    ['second', taken],
  ]);
  expect(done.mock.calls).toEqual([
    ...texts.slice(1).map(() => []),
    [expect.objectContaining({ code: 'ENOSPC', taken })],
  ]);
});
