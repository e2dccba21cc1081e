import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { unlessInterrupted } from '../../../src/platform/files/abandon.ts';
import { openDeviceStream } from '../../../src/platform/files/device-stream.ts';
import { readNamedFile } from '../../../src/platform/machine/read-named-file.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-abandon-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const pipe = path.join(folder, 'pipe');
execFileSync('mkfifo', [pipe]);

test('what ends is waited for, also when it was interrupted before; what fails has failed', async () => {
  const never = new AbortController().signal;
  expect(await unlessInterrupted(Promise.resolve(7), realClock, never)).toBe(7);
  expect(await unlessInterrupted(Promise.resolve(7), realClock, AbortSignal.abort())).toBe(7);
  await expect(unlessInterrupted(Promise.reject(new Error('no')), realClock, never)).rejects.toThrow('no');
});

test('a read that does not end is let go of', async () => {
  const fd = fs.openSync(pipe, 'r+');
  const abort = new AbortController();
  const reading = promisify(fs.read)(fd, Buffer.alloc(1), 0, 1, null);
  const waiting = unlessInterrupted(reading, realClock, abort.signal);
  abort.abort();
  expect(await waiting).toBe(null);
  fs.writeSync(fd, 'x'); // or this process would never end
  expect((await reading).bytesRead).toBe(1);
  fs.closeSync(fd);
});

test('a descriptor that has nothing yet is asked again', async () => {
  const fd = fs.openSync(pipe, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  const writer = fs.openSync(pipe, 'w');
  const stream = openDeviceStream(fd, realClock);
  setTimeout(() => {
    fs.writeSync(writer, 'late');
    fs.closeSync(writer);
  }, 100);
  let text = '';
  for await (const chunk of stream) text += chunk;
  expect(text).toBe('late');
});

test('of a file that somebody named: its text, never a wait', () => {
  fs.writeFileSync(path.join(folder, 'text'), 'text');
  expect(readNamedFile(path.join(folder, 'text'), 'utf8')).toBe('text');
  for (const file of [pipe, folder, '/dev/zero'])
    expect(() => readNamedFile(file, 'utf8')).toThrow(/is not a file|EISDIR/);
  expect(() => readNamedFile(path.join(folder, 'nothing'), 'utf8')).toThrow('ENOENT');
});
