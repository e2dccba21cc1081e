import { expect, test } from 'vitest';
import { WrittenFiles } from '../../../src/commands/capture/written-files.ts';

function filesOf(count: number, packs = false): WrittenFiles {
  const files = new WrittenFiles(packs);
  for (let number = 1; number <= count; number++) files.add(`r${number}`);
  return files;
}

test.each([
  [0, 'no file'],
  [1, 'r1'],
  [2, 'r1 and r2'],
  [3, '3 files, r1 to r3'],
  [25, '25 files, r1 to r25'],
])('%i files that are all there', (count, text) => {
  expect(String(filesOf(count))).toBe(text);
});

test.each([
  [2, 1, '2 files, of which 1 is left: r2'],
  [3, 1, '3 files, of which 2 are left: r2 and r3'],
  [9, 6, '9 files, of which 3 are left: r7 to r9'],
])('of %i files the oldest %i are removed', (count, removed, text) => {
  const files = filesOf(count);
  const oldest = Array.from({ length: removed }, () => files.takeOldest());
  expect(oldest).toEqual(Array.from({ length: removed }, (_, at) => `r${at + 1}`));
  expect([String(files), files.length, files.last]).toEqual([text, count - removed, `r${count}`]);
});

test('a file that could not be removed is there still', () => {
  const files = filesOf(3);
  files.stays(files.takeOldest());
  expect(String(files)).toBe('3 files, r1 to r3');
  files.takeOldest();
  expect(String(files)).toBe('3 files, of which 2 are left: r1 and r3');
});

test('a file to which nothing was written was never there', () => {
  const files = filesOf(3);
  files.forgetLast();
  expect([String(files), files.last]).toEqual(['r1 and r2', 'r2']);
});

test('compressed files have their names, and those that could not be compressed the names that they had', () => {
  const files = filesOf(4, true);
  files.takeOldest();
  files.takeOldest();
  expect(String(files)).toBe('4 files, of which 2 are left: r3.gz and r4.gz');
  files.complained(['r2 could not be removed: EPERM', 'r4 could not be packed: the disk is full', 'r1 could not be']);
  expect(String(files)).toBe('4 files, of which 3 are left: r2.gz to r4');
});
