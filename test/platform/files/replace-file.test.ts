import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { replaceFile } from '../../../src/platform/files/replace-file.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-replace-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

test('the mode is the one that is asked for, whatever the umask, and nothing else is left', async () => {
  const before = process.umask(0o077);
  try {
    await replaceFile(at('a.prom'), 'one\n', 0o644);
    await replaceFile(at('a.prom'), 'two\n', 0o644);
  } finally {
    process.umask(before);
  }
  expect(fs.readFileSync(at('a.prom'), 'utf8')).toBe('two\n');
  expect(fs.statSync(at('a.prom')).mode & 0o777).toBe(0o644);
  expect(fs.readdirSync(folder)).toEqual(['a.prom']);
});

test('who reads meanwhile sees the old file or the new one', async () => {
  const texts = ['a', 'b'].map((letter) => letter.repeat(200_000));
  await replaceFile(at('big'), texts[0]!, 0o600);
  let isOver = false;
  let reads = 0;
  const reading = (async () => {
    while (!isOver) {
      expect(texts).toContain(await fs.promises.readFile(at('big'), 'utf8'));
      reads++;
    }
  })();
  for (let n = 0; n < 50; n++) await replaceFile(at('big'), texts[n % 2]!, 0o600);
  isOver = true;
  await reading;
  expect(reads).toBeGreaterThan(5);
});

test('a link is replaced, and what it leads to is left alone', async () => {
  fs.writeFileSync(at('precious'), 'old');
  fs.symlinkSync(at('precious'), at('link'));
  await replaceFile(at('link'), 'new', 0o600);
  expect([fs.readFileSync(at('precious'), 'utf8'), fs.readFileSync(at('link'), 'utf8')]).toEqual(['old', 'new']);
  expect(fs.lstatSync(at('link')).isFile()).toBe(true);
});

test.each([
  ['a folder', folder],
  ['a device', '/dev/null'],
  ['a folder that is not there', path.join(folder, 'nowhere/file')],
])('%s is refused', async (_name, file) => {
  await expect(replaceFile(file, 'x', 0o600)).rejects.toMatchObject({ exit: 73 });
});
