import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeFolders } from '../../../src/platform/files/make-folders.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-folders-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

test('what is not there is made, and what is there stays', () => {
  const deep = path.join(folder, 'a', 'b');
  makeFolders(deep, 0o700);
  expect(['a', 'a/b'].map((one) => fs.statSync(path.join(folder, one)).mode & 0o777)).toEqual([0o700, 0o700]);
  makeFolders(deep, 0o755);
  expect(fs.statSync(deep).mode & 0o777).toBe(0o700);
});

test.skipIf(process.platform !== 'linux')('where none can be made it ends, in a folder that is there, too', () => {
  expect(() => makeFolders('/proc/no/spool', 0o700)).toThrow('ENOENT');
  fs.writeFileSync(path.join(folder, 'file'), '');
  expect(() => makeFolders(path.join(folder, 'file', 'a'), 0o700)).toThrow('ENOTDIR');
});
