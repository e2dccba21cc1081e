import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { appendLine, openAppended } from '../../../src/platform/files/append-file.ts';
import { lockFile } from '../../../src/platform/files/file-lock.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { ROOT } from '../../support/program.ts';
import { toolIsMissing } from '../../support/tool.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-append-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const at = (name: string): string => path.join(folder, name);
const read = (name: string): string => fs.readFileSync(at(name), 'utf8');
const failureOf = (file: string): Promise<unknown> =>
  appendLine(file, 'x', 1000, realClock).then(
    () => 'none',
    (error) => error,
  );

test('lines stand one below the other, for the owner alone, whatever the umask', async () => {
  const before = process.umask(0);
  try {
    for (const line of ['one', 'two', 'three']) await appendLine(at('plain'), line, 1000, realClock);
  } finally {
    process.umask(before);
  }
  expect(read('plain')).toBe('one\ntwo\nthree\n');
  expect(fs.statSync(at('plain')).mode & 0o777).toBe(0o600);
});

test('a file that would grow too large is turned away whole, and one is kept', async () => {
  for (let n = 0; n < 10; n++) await appendLine(at('small'), `line ${n}`, 21, realClock);
  expect([read('small.1'), read('small')]).toEqual(['line 6\nline 7\nline 8\n', 'line 9\n']);
  // a line larger than the size stands alone
  await appendLine(at('small'), 'a line that is longer than all', 21, realClock);
  expect([read('small.1'), read('small')]).toEqual(['line 9\n', 'a line that is longer than all\n']);
  expect(
    fs
      .readdirSync(folder)
      .filter((name) => name.startsWith('small'))
      .sort(),
  ).toEqual(['small', 'small.1']);
});

test('a line is not joined to one that was cut short', async () => {
  fs.writeFileSync(at('torn'), 'whole\nhal');
  await appendLine(at('torn'), 'next', 1000, realClock);
  expect(read('torn')).toBe('whole\nhal\nnext\n');
});

describe('what is no file of its own is refused, and not touched', () => {
  test('a file with another name', async () => {
    fs.writeFileSync(at('victim'), 'old');
    fs.linkSync(at('victim'), at('hard link'));
    expect(await failureOf(at('hard link'))).toMatchObject({
      exit: 73,
      message: expect.stringContaining('it has 2 hard links'),
    });
    expect(read('victim')).toBe('old');
    fs.rmSync(at('victim'));
    expect(await failureOf(at('hard link'))).toBe('none');
  });

  test('a link that leads to nothing, and one of the system to an open file', async () => {
    fs.symlinkSync(at('not there'), at('dangling'));
    expect(await failureOf(at('dangling'))).toMatchObject({ exit: 73, message: expect.stringContaining('a link') });
    expect(fs.existsSync(at('not there'))).toBe(false);
    expect(await failureOf('/dev/stdout')).toMatchObject({ exit: 73 });
  });

  test('a link', async () => {
    fs.writeFileSync(at('precious'), 'old');
    fs.symlinkSync(at('precious'), at('link'));
    expect(await failureOf(at('link'))).toMatchObject({ exit: 73, message: expect.stringContaining('it is a link') });
    expect(read('precious')).toBe('old');
  });

  test('a folder, a device', async () => {
    expect(await failureOf(folder)).toMatchObject({ exit: 73 });
    expect(await failureOf('/dev/null')).toMatchObject({ exit: 73 });
    expect(await failureOf(at('nowhere/file'))).toMatchObject({ exit: 73 });
  });

  test.skipIf(toolIsMissing('mkfifo'))('a pipe that nobody reads', async () => {
    expect(spawnSync('mkfifo', [at('pipe')]).status).toBe(0);
    expect(await failureOf(at('pipe'))).toMatchObject({ exit: 73 });
  });
});

describe('a file is made before its first line', () => {
  test('and what is there stays as it is', () => {
    openAppended(at('early'));
    expect([read('early'), fs.statSync(at('early')).mode & 0o777]).toEqual(['', 0o600]);
    fs.writeFileSync(at('early'), 'old');
    openAppended(at('early'));
    expect(read('early')).toBe('old');
  });

  test('what cannot be appended to is refused', () => {
    fs.writeFileSync(at('named'), 'old');
    fs.linkSync(at('named'), at('named twice'));
    for (const file of ['-', at('named'), folder, '/dev/null', at('nowhere/file')])
      expect(() => openAppended(file)).toThrowError(expect.objectContaining({ exit: 73 }));
  });
});

/** Lines of its own that a process adds as fast as it can. */
const WRITER = `
const { appendLine, realClock } = await import(process.argv[1]);
const [, , file, name, count, most] = process.argv;
for (let n = 0; n < Number(count); n++) await appendLine(file, JSON.stringify({ name, n, text: 'x'.repeat(n % 300) }), Number(most), realClock);
`;

/** Ends when all writers have; resolves with their exit statuses. */
function writers(
  file: string,
  names: readonly string[],
  count: number,
  most: number,
): Promise<readonly (number | null)[]> {
  return Promise.all(
    names.map(
      (name) =>
        new Promise<number | null>((resolve) => {
          const child = spawn(
            process.execPath,
            ['--input-type=module', '-e', WRITER, bundle, file, name, String(count), String(most)],
            {
              stdio: ['ignore', 'inherit', 'inherit'],
            },
          );
          child.on('close', resolve);
        }),
    ),
  );
}

/** Node cannot run TypeScript, so the module is built. */
const bundle = at('append-file.mjs');

describe('several processes at once', async () => {
  const { buildSync } = await import('esbuild');
  buildSync({
    stdin: {
      contents: `export * from './files/append-file.ts'; export * from './machine/real-clock.ts';`,
      resolveDir: path.join(ROOT, 'src/platform'),
    },
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['koffi'],
    logLevel: 'error',
    banner: {
      js: `import { createRequire as $r } from 'node:module'; const require = $r(${JSON.stringify(path.join(ROOT, 'x.js'))});`,
    },
    define: { 'import.meta.url': JSON.stringify(String(pathToFileURL(path.join(ROOT, 'x.js')))) },
  });
  const names = ['a', 'b', 'c', 'd'];
  const linesOf = (name: string) =>
    read(name)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string; n: number });

  test('lose no line and tear none', async () => {
    expect(await writers(at('shared'), names, 250, 1e9)).toEqual([0, 0, 0, 0]);
    const lines = linesOf('shared');
    expect(lines).toHaveLength(1000);
    for (const name of names)
      expect(lines.filter((line) => line.name === name).map(({ n }) => n)).toEqual([...Array(250).keys()]);
  }, 60_000);

  test('turn the file away once for each time that it is full', async () => {
    expect(await writers(at('turned'), names, 100, 30_000)).toEqual([0, 0, 0, 0]);
    const lines = [...linesOf('turned.1'), ...linesOf('turned')];
    // 400 lines of 180 bytes are 72 kB: of three files the last two are left, without a gap
    for (const name of names) {
      const left = lines.filter((line) => line.name === name).map(({ n }) => n);
      expect(left).toEqual(Array.from(left, (_, index) => 100 - left.length + index));
    }
    for (const name of ['turned', 'turned.1']) expect(fs.statSync(at(name)).size).toBeLessThanOrEqual(30_000);
    expect(fs.statSync(at('turned.1')).size).toBeGreaterThan(29_000);
  }, 60_000);
});

test('who has the lock is waited for', async () => {
  fs.writeFileSync(at('held'), '');
  const fd = fs.openSync(at('held'), 'r+');
  await lockFile(fd, 'held', realClock);
  let isDone = false;
  const appended = appendLine(at('held'), 'later', 1000, realClock).then(() => {
    isDone = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([isDone, read('held')]).toEqual([false, '']);
  fs.closeSync(fd);
  await appended;
  expect(read('held')).toBe('later\n');
});
