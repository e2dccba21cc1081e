import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { standingOf } from '../../../src/platform/files/trusted-file.ts';

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-trusted-')));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const inner = path.join(folder, 'inner');
const file = path.join(inner, 'file');
/** Whoever runs the tests, and root, to whom /tmp belongs. */
const US = new Set([0, process.getuid!()]);
/** Only root can give a file to another; without root, one's own is a stranger's to somebody else. */
const isRoot = process.getuid!() === 0;

beforeEach(() => {
  fs.rmSync(inner, { recursive: true, force: true });
  fs.mkdirSync(inner, { mode: 0o755 });
  fs.writeFileSync(file, 'x', { mode: 0o644 });
  for (const one of fs.readdirSync(folder)) if (one !== 'inner') fs.rmSync(path.join(folder, one), { recursive: true });
});

const look = (name: string, trusted: ReadonlySet<number> = US) => standingOf(name, fs.statSync(name), trusted);

describe('who could change a file', () => {
  test('nobody else, in folders of one that is trusted', () => {
    expect(look(file).stranger).toBeNull();
    expect(look(path.relative(process.cwd(), file)).stranger).toBeNull();
  });

  test('an own file is a stranger to those who do not trust its owner', () => {
    const nobodyElse = new Set([0, 4242]);
    if (isRoot) fs.chownSync(inner, 65_534, 65_534);
    const uid = isRoot ? 65_534 : process.getuid!();
    expect(look(file, nobodyElse).stranger).toBe(`${isRoot ? inner : folder} belongs to user ${uid}`);
  });

  test.each([
    ['the file by every user', file, 0o646, 'may be written by every user'],
    ['the file by its group', file, 0o664, 'may be written by group'],
    ['its folder by every user', inner, 0o757, 'may be written by every user'],
    ['its folder by its group', inner, 0o775, 'may be written by group'],
  ])('%s', (_, what, mode, reason) => {
    fs.chmodSync(what, mode);
    expect(look(file).stranger).toContain(`${what} ${reason}`);
  });

  test('in a sticky folder only the owner of an entry replaces it', () => {
    fs.chmodSync(inner, 0o1777);
    expect(look(file).stranger).toBeNull();
    if (isRoot) {
      fs.chownSync(file, 65_534, 65_534);
      expect(look(file).stranger).toBe(`${file} belongs to user 65534`);
    }
  });

  test.skipIf(!isRoot)('a link of somebody else, even to a file of root (only root can make one)', () => {
    const link = path.join(folder, 'link');
    fs.symlinkSync(file, link);
    expect(look(link).stranger).toBeNull();
    fs.lchownSync(link, 65_534, 65_534);
    expect(look(link).stranger).toBe(`${link} belongs to user 65534`);
  });

  test('links are followed: their folders, and those that they lead through, are looked at', () => {
    const open = path.join(folder, 'open');
    fs.mkdirSync(open);
    fs.symlinkSync('../inner/../inner', path.join(open, 'relative'));
    fs.symlinkSync(path.join(open, 'relative'), path.join(folder, 'absolute'));
    const byLink = path.join(folder, 'absolute', 'file');
    expect(look(byLink).stranger).toBeNull();
    fs.chmodSync(open, 0o777);
    expect(look(byLink).stranger).toContain(`${open} may be written`);
    expect(look(`${open}/../inner/file`).stranger).toContain(`${open} may be written`);
  });

  test('that was put in place of the one that was opened', () => {
    const opened = fs.statSync(file);
    fs.renameSync(file, `${file}.old`);
    fs.writeFileSync(file, 'y');
    expect(standingOf(file, opened, US).stranger).toBe(`${file} was changed meanwhile`);
  });

  test('and what cannot be looked at is not trusted', () => {
    const opened = fs.statSync(file);
    fs.rmSync(file);
    expect(standingOf(file, opened, US).stranger).toContain('ENOENT');
    fs.symlinkSync(file, file);
    expect(standingOf(file, opened, US).stranger).toContain('form a loop');
    expect(standingOf(inner, fs.statSync(inner), US).stranger).toContain('is a folder');
  });
});

test('who may read it: every user only when all folders let him through', () => {
  fs.chmodSync(folder, 0o755);
  expect(look(file).isPublic).toBe(true);
  fs.chmodSync(file, 0o640);
  expect(look(file).isPublic).toBe(false);
  fs.chmodSync(file, 0o644);
  fs.chmodSync(inner, 0o750);
  expect(look(file).isPublic).toBe(false);
});
