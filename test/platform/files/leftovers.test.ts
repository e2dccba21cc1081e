import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeLeftovers } from '../../../src/platform/files/leftovers.ts';
import { prepareToReplace } from '../../../src/platform/files/replace-file.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-leftovers-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);
const names = (): readonly string[] => fs.readdirSync(folder).sort();

/** The PID of a process that is gone. */
const gone = spawnSync(process.execPath, ['--version']).pid;
const isRoot = process.getuid?.() === 0;

test('what a process that is gone left of the same file is removed, and nothing else', () => {
  const other = [
    'a.html', // the file itself
    `.b.html.${gone}`, // of another file
    `.a.html.${process.ppid}`, // its process writes it
    `.a.html.${gone}.gz`,
    `.a.html.0${gone}`,
    `.a.html.${gone}x`,
    '.a.html.',
    '.a.html.0',
    '.a.html.-1',
    '.a.html.99999999999999999999',
    `a.html.${gone}`,
    `x.a.html.${gone}`,
  ].sort();
  for (const name of [...other, `.a.html.${gone}`, `.a.html.${process.pid}`]) fs.writeFileSync(at(name), 'x');
  removeLeftovers(at('a.html'), null);
  expect(names()).toEqual(other);
});

test('links, and what they lead to, and folders stay', () => {
  fs.writeFileSync(at('precious'), 'x');
  fs.symlinkSync(at('precious'), at(`.a.html.${gone}`));
  fs.mkdirSync(at(`.b.html.${gone}`));
  removeLeftovers(at('a.html'), null);
  removeLeftovers(at('b.html'), null);
  expect(names()).toEqual([`.a.html.${gone}`, `.b.html.${gone}`, 'precious'].sort());
});

test.skipIf(!isRoot)('root removes its own and those of who called sudo, not those of others', () => {
  const pids = [gone, spawnSync(process.execPath, ['--version']).pid, spawnSync(process.execPath, ['--version']).pid];
  const owners = [0, 1234, 4321];
  fs.chmodSync(folder, 0o777);
  for (const [n, owner] of owners.entries()) {
    fs.writeFileSync(at(`.a.html.${pids[n]}`), 'x');
    fs.chownSync(at(`.a.html.${pids[n]}`), owner, owner);
  }
  removeLeftovers(at('a.html'), { uid: 1234, gid: 1234 });
  expect(names()).toEqual([`.a.html.${pids[2]}`]);
});

test('a folder that is not there, or may not be listed, is left to who creates the file', () => {
  expect(() => removeLeftovers(at('none/a.html'), null)).not.toThrow();
  fs.writeFileSync(at('file'), 'x');
  expect(() => removeLeftovers(at('file/a.html'), null)).not.toThrow();
});

test('a file that is to be replaced is looked at before there is a text, and is as it was', () => {
  fs.writeFileSync(at('a.prom'), 'old');
  fs.writeFileSync(at(`.a.prom.${gone}`), 'half');
  prepareToReplace(at('a.prom'), null);
  expect([names(), fs.readFileSync(at('a.prom'), 'utf8')]).toEqual([['a.prom'], 'old']);
  prepareToReplace(at('b.prom'), null);
  expect(names()).toEqual(['a.prom']);
  for (const file of ['-', folder, '/dev/null', at('none/a.prom'), at('a.prom/x')])
    expect(() => prepareToReplace(file, null)).toThrow(expect.objectContaining({ exit: 73 }));
});
