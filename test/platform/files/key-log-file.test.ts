import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openKeyLogFile } from '../../../src/platform/files/key-log-file.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-key-log-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

async function opened(name: string, text: string) {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  const clock = virtualClock();
  const log = await openKeyLogFile(file, clock, new AbortController().signal);
  let taken = '';
  const take = (bytes: Uint8Array): void => {
    taken += Buffer.from(bytes).toString();
  };
  await log.read(take);
  /** What is read on, at once or when it is due. */
  const readOn = (isUrgent: boolean): string => {
    taken = '';
    log.readOn(take, isUrgent);
    return taken;
  };
  return { file, clock, log, first: taken, readOn };
}

test('what is added is read once: at once when it is urgent, else after a second', async () => {
  const { file, clock, log, first, readOn } = await opened('grows', 'one\n');
  expect(first).toBe('one\n');
  expect(readOn(false)).toBe('');
  fs.appendFileSync(file, 'two\n');
  expect([readOn(false), readOn(true), readOn(true)]).toEqual(['', 'two\n', '']);
  fs.appendFileSync(file, 'three\n');
  clock.advance(999);
  expect(readOn(false)).toBe('');
  clock.advance(1);
  expect([readOn(false), readOn(false)]).toEqual(['three\n', '']);
  log.close();
  fs.appendFileSync(file, 'four\n');
  expect(readOn(true)).toBe('');
});

test('one that was emptied is read from its start', async () => {
  const { file, clock, log, readOn } = await opened('emptied', 'one\ntwo\n');
  readOn(true);
  fs.writeFileSync(file, 'new\n');
  expect(readOn(true)).toBe('');
  clock.advance(1000);
  expect(readOn(true)).toBe('new\n');
  log.close();
  log.close();
});

test('one that is gone keeps what it has', async () => {
  const { file, log, readOn } = await opened('gone', 'one\n');
  fs.appendFileSync(file, 'two\n');
  fs.rmSync(file);
  expect(readOn(true)).toBe('two\n');
  log.close();
});
