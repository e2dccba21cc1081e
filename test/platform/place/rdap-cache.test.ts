import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRdapCache } from '../../../src/platform/place/rdap-cache.ts';

let home: string;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-cache-'));
});
afterEach(() => fs.rmSync(home, { recursive: true }));

const open = (now = 1000, uid: number | null = null) =>
  openRdapCache({ env: { XDG_CACHE_HOME: home }, uid, now: () => now });
const KEPT = { at: 1000, url: 'https://example.net/', body: '{}' };

test('what is kept is found until it is too old, in a file of its owner', async () => {
  await open().keep('key', KEPT);
  const [name = ''] = fs.readdirSync(path.join(home, 'netwatch/rdap'));
  expect(fs.statSync(path.join(home, 'netwatch/rdap', name)).mode & 0o777).toBe(0o600);
  expect(open(1500).find('key', 500)).toEqual(KEPT);
  expect(open(1501).find('key', 500)).toBeNull();
  expect(open(999).find('key', 500)).toBeNull();
  expect(open().find('other', 500)).toBeNull();
});

test('root keeps nothing', async () => {
  await open(1000, 0).keep('key', KEPT);
  expect(fs.readdirSync(home)).toEqual([]);
});

test('a folder that others may write to is not used, and neither is a link', async () => {
  fs.mkdirSync(path.join(home, 'netwatch/rdap'), { recursive: true });
  fs.chmodSync(path.join(home, 'netwatch/rdap'), 0o777);
  await open().keep('key', KEPT);
  expect(fs.readdirSync(path.join(home, 'netwatch/rdap'))).toEqual([]);
  fs.rmdirSync(path.join(home, 'netwatch/rdap'));
  fs.symlinkSync(home, path.join(home, 'netwatch/rdap'));
  await open().keep('key', KEPT);
  expect(fs.readdirSync(home)).toEqual(['netwatch']);
});

test('there are 256 files at most, and damaged ones are none', async () => {
  for (let index = 0; index < 260; index++) await open().keep(`key ${index}`, KEPT);
  const folder = path.join(home, 'netwatch/rdap');
  const names = fs.readdirSync(folder);
  expect(names).toHaveLength(256);
  for (const name of names) fs.writeFileSync(path.join(folder, name), 'no JSON');
  expect(open().find('key 259', 500)).toBeNull();
});
