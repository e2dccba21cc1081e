import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BIN, ROOT } from '../../support/program.ts';

const isNotRoot = process.getuid?.() !== 0 || process.platform !== 'linux';
if (isNotRoot) console.warn('skipped: owners of files that root writes: needs root on Linux');

const CAPTURE = path.join(ROOT, 'test/captures/loopback.pcap');
const UID = 1234;
const OTHER = 4321;
const SUDO = { SUDO_UID: String(UID), SUDO_GID: String(UID) };

let base: string;
beforeAll(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-owner-'));
  fs.chmodSync(base, 0o755);
});
afterAll(() => fs.rmSync(base, { recursive: true }));
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(base, 'in-'));
  fs.chmodSync(folder, 0o755);
});
const at = (name: string): string => path.join(folder, name);

/** Runs netwatch as sudo does, or as a shell of root or of another user. */
function run(argv: readonly string[], env: Record<string, string>, user = 0) {
  const { status, stderr } = spawnSync(process.execPath, [BIN, ...argv], {
    encoding: 'utf8',
    uid: user,
    gid: user,
    env: { PATH: process.env.PATH ?? '', NETWATCH_CONFIG: 'none', ...env },
  });
  return { status, said: stderr };
}

/** Owner, group and mode of each file in the folder, but for those that were put there. */
function ownersIn(where: string, except: readonly string[] = []): string[] {
  const names = fs.readdirSync(where).filter((name) => !except.includes(name));
  const stats = names.map((name) => fs.lstatSync(path.join(where, name)));
  return [...new Set(stats.map(({ uid, gid, mode }) => `${uid}:${gid} ${(mode & 0o7777).toString(8)}`))];
}

const [MINE, ROOTS] = [`${UID}:${UID} 600`, '0:0 600'];
const READ = ['-r', CAPTURE, '-q'];
/** What writes a file, or several, each with the options that it is given beside. */
const WRITERS: readonly (readonly [what: string, (file: string) => readonly string[]])[] = [
  ['capture -w', (file) => ['capture', ...READ, '-w', `${file}.pcap`]],
  ['a ring', (file) => ['capture', ...READ, '-w', `${file}.pcap`, '--rotate-size', '1000', '--rotate-keep', '2']],
  ['a packed ring', (file) => ['capture', ...READ, '-w', `${file}.pcap.gz`, '--rotate-size', '1000']],
  ['follow -w', (file) => ['follow', ...READ, '--stream', '0', '-w', file]],
  ['export -w, packets', (file) => ['export', 'packets', ...READ, '-w', `${file}.pcapng`]],
  ['export -w, records', (file) => ['export', 'packets', ...READ, '-w', `${file}.csv`]],
];
const PROBE = ['probe', 'tcp://127.0.0.1:1', '-c', '1', '-q'];
const PROBES: readonly (readonly [what: string, string, (file: string) => readonly string[]])[] = [
  ['--append', '600', (file) => [...PROBE, '--append', file]],
  ['--append, turned away', '600', (file) => [...PROBE, 'tcp://127.0.0.1:2', '--append', file, '--append-max', '100']],
  ['-o prometheus --out', '644', (file) => [...PROBE, '-o', 'prometheus', '--out', file]],
  ['-o markdown --out', '600', (file) => [...PROBE, '-o', 'markdown', '--out', file]],
];

describe.skipIf(isNotRoot)('what root writes', { timeout: 60_000 }, () => {
  describe.each(WRITERS)('%s', (_what, argvOf) => {
    test('is of who called sudo in a folder of that user, and of root in one of root', () => {
      const owners = [UID, 0].map((owner) => {
        const where = at(String(owner));
        fs.mkdirSync(where);
        fs.chownSync(where, owner, owner);
        expect(run(argvOf(path.join(where, 'x')), SUDO)).toEqual({ status: 0, said: '' });
        return ownersIn(where);
      });
      expect(owners).toEqual([[MINE], [ROOTS]]);
    });

    test('is of root in a shell of root', () => {
      fs.chmodSync(folder, 0o1777);
      expect(run(argvOf(at('x')), {})).toEqual({ status: 0, said: '' });
      expect(ownersIn(folder)).toEqual([ROOTS]);
    });
  });

  test.each<[string, Record<string, string>, string]>([
    ['who called sudo', SUDO, MINE],
    ['root, called by root', { SUDO_UID: '0', SUDO_GID: '0' }, ROOTS],
    ['root, with what is no user', { SUDO_UID: '-1', SUDO_GID: '5' }, ROOTS],
    ['root, with what stands for no user', { SUDO_UID: '4294967295', SUDO_GID: '5' }, ROOTS],
    ['root, with what is no number of sudo', { SUDO_UID: ' 1234', SUDO_GID: '0x4d2' }, ROOTS],
  ])('in a folder for all it is of %s', (_who, env, owner) => {
    fs.chmodSync(folder, 0o1777);
    expect(run(['capture', ...READ, '-w', at('x.pcap')], env)).toEqual({ status: 0, said: '' });
    expect(ownersIn(folder)).toEqual([owner]);
  });

  test('by a group of who called sudo, too', () => {
    const line = fs
      .readFileSync('/etc/group', 'utf8')
      .split('\n')
      .map((one) => one.split(':'));
    const passwd = fs
      .readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((one) => one.split(':'));
    const user = passwd.find(([name, , uid]) => name !== '' && Number(uid) > 0)!;
    const ids = execFileSync('id', ['-G', user[0]!], { encoding: 'utf8' }).trim().split(' ').map(Number);
    const foreign = line.map(([, , gid]) => Number(gid)).find((gid) => gid > 0 && !ids.includes(gid))!;
    const owners = [ids.at(-1)!, foreign].map((gid) => {
      const where = at(`of-${gid}`);
      fs.mkdirSync(where);
      fs.chownSync(where, 0, gid);
      fs.chmodSync(where, 0o770);
      run(['capture', ...READ, '-w', path.join(where, 'x.pcap')], { SUDO_UID: user[2]!, SUDO_GID: user[3]! });
      return fs.statSync(path.join(where, 'x.pcap')).uid;
    });
    expect(owners).toEqual([Number(user[2]), 0]);
  });

  describe('with --force', () => {
    const argv = (): string[] => ['capture', ...READ, '-w', at('x.pcap'), '--force'];

    test.each<[string, number, number, number, string]>([
      ['in a folder of root it is replaced by one of root', 0, 0o755, UID, ROOTS],
      ['in a folder of who called sudo by one of that user', UID, 0o755, 0, MINE],
      ['in one like /tmp by one of root, where it is of another', 0, 0o1777, OTHER, ROOTS],
      ['in one like /tmp by one of that user, where it was of that user', 0, 0o1777, UID, MINE],
    ])('%s', (_what, folderOf, mode, fileOf, owner) => {
      fs.writeFileSync(at('x.pcap'), 'old');
      fs.chownSync(at('x.pcap'), fileOf, fileOf);
      fs.chownSync(folder, folderOf, folderOf);
      fs.chmodSync(folder, mode);
      expect(run(argv(), SUDO)).toEqual({ status: 0, said: '' });
      expect([fs.readdirSync(folder), ownersIn(folder)]).toEqual([['x.pcap'], [owner]]);
      expect(fs.statSync(at('x.pcap')).size).toBe(fs.statSync(CAPTURE).size);
    });

    test('a link is replaced, and not what it leads to', () => {
      fs.writeFileSync(at('precious'), 'old');
      fs.symlinkSync(at('precious'), at('x.pcap'));
      fs.chownSync(folder, UID, UID);
      expect(run(argv(), SUDO)).toEqual({ status: 0, said: '' });
      expect([fs.readFileSync(at('precious'), 'utf8'), fs.lstatSync(at('x.pcap')).isFile()]).toEqual(['old', true]);
    });
  });

  test('a folder of who called sudo that leads to one of root makes it no file of that user', () => {
    for (const name of ['theirs', 'roots']) fs.mkdirSync(at(name));
    fs.chownSync(at('theirs'), UID, UID);
    fs.symlinkSync(at('roots'), at('theirs/link'));
    run(['capture', ...READ, '-w', at('theirs/link/x.pcap')], SUDO);
    expect(ownersIn(at('roots'))).toEqual([ROOTS]);
  });

  test.each([
    ['of root', 0],
    ['of who called sudo', UID],
  ])('nothing is left of a job that fails in a folder %s', (_whose, owner) => {
    const bad = at('bad');
    fs.writeFileSync(bad, 'no capture at all');
    const where = at('out');
    fs.mkdirSync(where);
    fs.chownSync(where, owner, owner);
    fs.writeFileSync(path.join(where, 'old'), 'old');
    for (const argv of [
      ['capture', '-r', bad, '-w', path.join(where, 'x')],
      ['capture', '-r', bad, '-w', path.join(where, 'old'), '--force'],
      ['export', 'packets', '-r', bad, '-w', path.join(where, 'x.csv')],
      ['follow', '-r', bad, '--stream', '0', '-w', path.join(where, 'x')],
    ]) {
      expect([argv, run(argv, SUDO).status]).toEqual([argv, 65]);
    }
    expect([fs.readdirSync(where), fs.readFileSync(path.join(where, 'old'), 'utf8')]).toEqual([['old'], 'old']);
  });

  describe.each(PROBES)('probe %s', (_what, mode, argvOf) => {
    test('is of who called sudo where that user may write, else of root', () => {
      const owners = [UID, 0].map((owner) => {
        const where = at(String(owner));
        fs.mkdirSync(where);
        fs.chownSync(where, owner, owner);
        // a closed port: it is down, and told
        expect([0, 1, 3]).toContain(run(argvOf(path.join(where, 'x')), SUDO).status);
        return ownersIn(where);
      });
      expect(owners).toEqual([[`${UID}:${UID} ${mode}`], [`0:0 ${mode}`]]);
    });
  });

  describe('conns --events --append, before there is an event', () => {
    const argv = (): string[] => ['conns', '--events', '--listen', '--count', '1', '-q', '--append', at('history')];

    test.each<[string, number, Record<string, string>, string]>([
      ['of root, called by root', 0, {}, ROOTS],
      ['of root, called by another', 0, SUDO, ROOTS],
      ['of who called sudo', UID, SUDO, MINE],
    ])('makes a file in a folder %s', (_whose, owner, env, expected) => {
      fs.chownSync(folder, owner, owner);
      expect(run(argv(), env)).toEqual({ status: 0, said: '' });
      expect(ownersIn(folder)).toEqual([expected]);
    });

    test('is refused to an ordinary user in a folder of root, and not in one of that user', () => {
      const { status, said } = run(argv(), {}, UID);
      expect([status, said]).toEqual([73, expect.stringContaining('cannot be opened: permission denied')]);
      fs.chownSync(folder, UID, UID);
      expect(run(argv(), {}, UID).status).toBe(0);
      expect(ownersIn(folder)).toEqual([MINE]);
    });
  });

  test('a part of a history that may not be read is not passed over', () => {
    const event = { type: 'conn_event', event: 'opened', process: 'curl', time: '2026-01-01T00:00:00.000Z' };
    for (const name of ['history', 'history.1']) fs.writeFileSync(at(name), `${JSON.stringify(event)}\n`);
    const argv = ['export', 'history', at('history'), '-q'];
    expect(run(argv, {}, UID)).toEqual({ status: 0, said: '' });
    fs.chmodSync(at('history.1'), 0o600);
    expect(run(argv, {}, UID)).toEqual({ status: 77, said: `netwatch: ${at('history.1')}: permission denied\n` });
  });

  test('credentials of root are not for an ordinary user', () => {
    fs.writeFileSync(at('creds'), 'token\n', { mode: 0o600 });
    const { status, said } = run(['export', 'events', '--to', 'nats://h/x', '--credentials', at('creds')], {}, UID);
    expect([status, said]).toEqual([77, `netwatch: --credentials ${at('creds')} cannot be read: permission denied\n`]);
  });

  test('probe --append adds to a file of root as root, and to no file behind a link', () => {
    fs.writeFileSync(at('history'), '', { mode: 0o600 });
    fs.chownSync(folder, UID, UID);
    fs.symlinkSync(at('history'), at('link'));
    run([...PROBE, '--append', at('history')], SUDO);
    expect(run([...PROBE, '--append', at('link')], SUDO).status).toBe(73);
    expect(fs.readFileSync(at('history'), 'utf8').split('\n')).toHaveLength(2);
    expect(fs.statSync(at('history')).uid).toBe(0);
  });
});
