import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Failure } from '../../../src/core/failure.ts';
import { makeOutputFile, type OutputFile } from '../../../src/platform/files/capture-output.ts';
import { replaceFile } from '../../../src/platform/files/replace-file.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-output-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const at = (name: string): string => path.join(folder, name);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (name: string): string => fs.readFileSync(at(name), 'utf8');
const create = async (file: string, force: boolean): Promise<OutputFile> => makeOutputFile(file, force, {}).output;
const failureOf = (file: string, force = false): Promise<unknown> =>
  create(file, force).then(
    () => 'no failure',
    (error) => error,
  );

/** Creates, writes and finishes. */
async function write(name: string, text: string, force = false): Promise<void> {
  const file = await create(at(name), force);
  for (const part of text.match(/.{1,3}/gs) ?? []) await file.write(bytes(part));
  await file.finish();
}

/** Names in the folder that the call left behind. */
async function leftBy(call: () => Promise<unknown>): Promise<string[]> {
  const before = new Set(fs.readdirSync(folder));
  await call();
  return fs.readdirSync(folder).filter((name) => !before.has(name));
}

test('a new file is for its owner alone, whatever the umask', async () => {
  const before = process.umask(0);
  try {
    for (const force of [false, true]) {
      await write(`new ${force}`, 'some bytes', force);
      expect(read(`new ${force}`)).toBe('some bytes');
      expect(fs.statSync(at(`new ${force}`)).mode & 0o777).toBe(0o600);
    }
  } finally {
    process.umask(before);
  }
});

test('what is abandoned leaves nothing, and what was to be replaced as it was', async () => {
  fs.writeFileSync(at('precious'), 'old');
  const left = await leftBy(async () => {
    for (const [name, force] of [
      ['fresh', false],
      ['precious', true],
    ] as const) {
      const file = await create(at(name), force);
      await file.write(bytes('half'));
      await file.abandon();
    }
  });
  expect([left, read('precious')]).toEqual([[], 'old']);
});

describe('a file that exists', () => {
  test('stays as it is', async () => {
    fs.writeFileSync(at('there'), 'old');
    expect(await failureOf(at('there'))).toMatchObject({
      exit: 73,
      message: `${at('there')} exists already`,
      hint: '--force replaces it',
    });
    expect(read('there')).toBe('old');
  });

  test('is replaced with force when the new one is whole, and other names of it keep the old', async () => {
    fs.writeFileSync(at('replaced'), 'old');
    fs.linkSync(at('replaced'), at('other name'));
    const left = await leftBy(async () => {
      const file = await create(at('replaced'), true);
      await file.write(bytes('new'));
      expect(read('replaced')).toBe('old');
      await file.finish();
    });
    expect([left, read('replaced'), read('other name')]).toEqual([[], 'new', 'old']);
  });

  test('is not followed when it is a link; with force the link is replaced', async () => {
    fs.writeFileSync(at('victim'), 'old');
    for (const [name, target] of [
      ['link', 'victim'],
      ['dangling', 'nothing'],
    ] as const) {
      fs.symlinkSync(at(target), at(name));
      expect(await failureOf(at(name))).toMatchObject({ exit: 73, message: `${at(name)} exists already` });
      await write(name, 'new', true);
      expect([fs.lstatSync(at(name)).isFile(), read(name)]).toEqual([true, 'new']);
    }
    expect([read('victim'), fs.existsSync(at('nothing'))]).toEqual(['old', false]);
  });
});

describe.each([
  ['without', false],
  ['with', true],
])('%s force', (_what, force) => {
  test('folders, pipes and devices are never replaced', async () => {
    execFileSync('mkfifo', ['-m', '600', at(`pipe ${force}`)]);
    for (const [file, what] of [
      [folder, 'a folder'],
      [at(`pipe ${force}`), 'a device or a pipe'],
      ['/dev/null', 'a device or a pipe'],
    ] as const) {
      expect(await failureOf(file, force)).toMatchObject({ exit: 73, message: `${file} is ${what}, not a file` });
    }
    expect(fs.lstatSync(at(`pipe ${force}`)).isFIFO()).toBe(true);
  });

  test('a place where there can be none is said without the words of the system call', async () => {
    expect(await failureOf(at('no/such/folder/x'), force)).toMatchObject({
      exit: 73,
      message: `${at('no/such/folder/x')} cannot be created: no such file or directory`,
      hint: null,
    });
    expect(await failureOf(at('x'.repeat(300)), force)).toMatchObject({ exit: 73 });
  });
});

describe.skipIf(!fs.existsSync('/proc/self/fd'))('a link of the system to an open file', () => {
  const fd = fs.openSync(at('open'), 'w');
  const links = ['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1', `/proc/${process.pid}/fd/${fd}`, '/dev/../dev/stderr'];

  test.each(links)('%s is never replaced, and --force is not advised', async (link) => {
    const before = fs.readlinkSync(link);
    for (const force of [false, true]) {
      const error = await failureOf(link, force);
      expect(error).toMatchObject({ exit: 73, message: expect.stringContaining('never replaced') });
      expect((error as Failure).hint).toContain('-w - writes to stdout');
      expect((error as Failure).hint).not.toContain('--force');
    }
    await expect(replaceFile(link, 'x', 0o600)).rejects.toMatchObject({ exit: 73 });
    expect(fs.readlinkSync(link)).toBe(before);
    expect(fs.readdirSync('/dev').filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('one of a user is a link as any', async () => {
    fs.symlinkSync('/dev/stdout', at('own'));
    expect(await failureOf(at('own'))).toMatchObject({ message: `${at('own')} exists already` });
    await write('own', 'new', true);
    expect(read('own')).toBe('new');
  });
});
