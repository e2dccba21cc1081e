import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { asUser, withGroups } from '../../../src/platform/files/as-user.ts';
import { makeOutputFile } from '../../../src/platform/files/capture-output.ts';
import { MadeFiles } from '../../../src/platform/files/made-files.ts';
import { inPlace, openOwnPlace } from '../../../src/platform/files/place.ts';

const isNotRoot = process.getuid?.() !== 0 || process.platform !== 'linux';
if (isNotRoot) console.warn('skipped: as whom files are made: needs root on Linux');

const CALLER = { uid: 1234, gid: 1234, groups: [77] };
const base = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-place-'));
fs.chmodSync(base, 0o755);
afterAll(() => fs.rmSync(base, { recursive: true }));
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(base, 'in-'));
  fs.chmodSync(folder, 0o755);
});
const at = (name: string): string => path.join(folder, name);
const own = (name: string, uid: number): string => {
  fs.mkdirSync(at(name));
  fs.chownSync(at(name), uid, uid);
  return at(name);
};
const ids = () => [process.getuid!(), process.geteuid!(), process.getegid!(), new Set(process.getgroups!())];

describe.skipIf(isNotRoot)('as another user', () => {
  test('a deed is done with all ids of that user, and nothing stays of it', () => {
    const before = ids();
    const seen = asUser(CALLER, () => ids());
    expect(seen).toEqual([0, 1234, 1234, new Set([77, 1234])]);
    expect(() => asUser(CALLER, () => fs.readFileSync('/etc/shadow'))).toThrow(/EACCES/);
    expect(ids()).toEqual(before);
    expect(asUser(null, () => process.geteuid!())).toBe(0);
  });

  test('groups are those of the database, without those of root', () => {
    const before = ids();
    expect(withGroups({ uid: 999_999, gid: 999_999 }).groups).toEqual([]);
    const line = fs
      .readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((one) => Number(one.split(':')[2]) > 0)!;
    const [, , uid, gid] = line.split(':').map(Number);
    const { groups } = withGroups({ uid: uid!, gid: gid! });
    expect(groups).toContain(gid);
    expect(groups).not.toContain(0);
    expect(ids()).toEqual(before);
  });

  test('what the kernel refuses is done as root, what fails otherwise is not tried again', () => {
    const make = (file: string) => inPlace(CALLER, file, ({ at }) => fs.openSync(at(path.basename(file)), 'wx', 0o600));
    for (const [name, uid] of [
      ['theirs', 1234],
      ['roots', 0],
    ] as const) {
      const file = path.join(own(name, uid), 'x');
      const [place, fd] = make(file);
      expect([fs.statSync(file).uid, place.user?.uid ?? 0]).toEqual([uid, uid]);
      expect(() => make(file)).toThrow(/EEXIST/);
      fs.closeSync(fd);
      place.close();
    }
    expect(() => make(at('theirs/no/x'))).toThrow(/ENOENT/);
  });
});

describe.skipIf(isNotRoot)('a folder that is exchanged for another', () => {
  /** Of root first, then a link to what root keeps elsewhere. */
  function exchange(): void {
    fs.renameSync(at('roots'), at('before'));
    fs.symlinkSync(at('elsewhere'), at('roots'));
  }

  test('is not where root goes on: to replace, to take back, to remove', async () => {
    own('roots', 0);
    own('elsewhere', 0);
    fs.writeFileSync(at('elsewhere/x'), 'precious');
    const place = openOwnPlace(at('roots'));
    const kept = { ...place, close: () => {} };
    const { output: replacing } = makeOutputFile(at('roots/x'), true, { caller: CALLER });
    const { output: failing } = makeOutputFile(at('roots/y'), false, { caller: CALLER });
    const files = new MadeFiles(CALLER, () => kept);
    await (await files.create(at('roots/z'), false)).finish();
    // the same names, by who may exchange the folder
    for (const name of [`.x.${process.pid}`, 'y', 'z']) fs.writeFileSync(at(`elsewhere/${name}`), 'theirs');
    exchange();
    await replacing.write(Buffer.from('new'));
    await replacing.finish();
    await failing.abandon();
    files.remove(at('roots/z'));
    place.close();
    expect(fs.readdirSync(at('before'))).toEqual(['x']);
    expect(fs.readFileSync(at('elsewhere/x'), 'utf8')).toBe('precious');
    expect(fs.readdirSync(at('elsewhere')).sort()).toEqual([`.x.${process.pid}`, 'x', 'y', 'z']);
  });

  test('what was made as the caller is finished and removed as the caller', async () => {
    own('roots', 1234);
    own('elsewhere', 0);
    const { output: file } = makeOutputFile(at('roots/x'), true, { caller: CALLER });
    const files = new MadeFiles(CALLER);
    await (await files.create(at('roots/z'), false)).finish();
    fs.writeFileSync(at(`elsewhere/.x.${process.pid}`), 'theirs');
    fs.writeFileSync(at('elsewhere/z'), 'precious');
    exchange();
    await expect(file.finish()).rejects.toMatchObject({ exit: 74 });
    expect(() => files.remove(at('roots/z'))).toThrow(/EACCES/);
    expect(fs.readdirSync(at('elsewhere')).sort()).toEqual([`.x.${process.pid}`, 'z']);
  });
});

test('only what was made is removed, and a file is closed and taken back once', async () => {
  const files = new MadeFiles(null);
  fs.writeFileSync(at('planted'), 'not ours');
  files.remove(at('planted'));
  expect(fs.existsSync(at('planted'))).toBe(true);
  const file = await files.create(at('x'), false);
  await file.abandon();
  // the number of its descriptor is another's now
  const other = fs.openSync(at('planted'), 'r');
  await file.abandon();
  await expect(file.size()).rejects.toThrow(/EBADF/);
  await expect(file.write(Buffer.of(1))).rejects.toMatchObject({ exit: 74 });
  expect(fs.fstatSync(other).size).toBe(8);
  fs.closeSync(other);
});
