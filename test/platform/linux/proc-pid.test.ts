import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { parseStat, parseUid, readBootTime, readProcess, readStat } from '../../../src/platform/linux/proc-pid.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { brokenDen, den, folderMachine } from './folder-machine.ts';

const BOOT = 1_793_000_000_000;
const onLinux = process.platform === 'linux';

describe('parseStat', () => {
  test('takes the name up to the last parenthesis, whatever it holds', () => {
    expect(parseStat(den.read('/proc/612/stat'))).toEqual({ comm: 'sshd', started: 861 });
    expect(parseStat(den.read('/proc/1500/stat'))).toEqual({ comm: ') R 1 (x\n99 ', started: 50012 });
  });

  test('every cut is nothing, or the whole', () => {
    const text = den.read('/proc/1500/stat');
    const whole = parseStat(text);
    for (let end = 0; end < text.length; end++) {
      const cut = parseStat(text.slice(0, end));
      if (cut !== null) expect(cut).toEqual(whole);
    }
  });
});

test('reads the effective user id, or nothing from a cut', () => {
  const text = 'Name:\tx\nUid:\t1000\t1500\t1500\t1500\nGid:\t1\t1\t1\t1\n';
  expect(parseUid(text)).toBe(1500);
  for (let end = 0; end < text.length; end++) expect([1500, null]).toContain(parseUid(text.slice(0, end)));
});

test('reads when the machine started', () => {
  expect(readBootTime(den)).toBe(BOOT);
  expect(readBootTime(folderMachine({ 'proc/stat': 'cpu 1\nbtime 17930' }))).toBeNull();
  expect(readBootTime(folderMachine({}))).toBeNull();
});

describe('readProcess', () => {
  const read = (pid: number, started: number, details = true) => readProcess(den, pid, started, BOOT, details);

  test('tells all of a process', () => {
    expect(read(900, 1200)).toEqual({
      pid: 900,
      name: 'postgres',
      comm: 'postgres',
      exe: '/usr/lib/postgresql/15/bin/postgres',
      cmdline: '/usr/lib/postgresql/15/bin/postgres -D /var/lib/postgresql/15/main',
      uid: 111,
      cgroup: '/system.slice/system-postgresql.slice/postgresql@15-main.service',
      container: null,
      started: '2026-10-26T07:33:32.000Z',
    });
    expect(read(2200, 61_000)).toMatchObject({
      cmdline: 'nginx: worker process',
      container: '4f5c0c1d9a3b7e8f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7',
    });
  });

  test('a start that no date can hold is unknown', () => {
    for (const bootTime of [null, -1_000_000, 253_402_300_799_999, Number.NaN])
      expect(readProcess(den, 900, 1200, bootTime, true)).toMatchObject({ pid: 900, started: null });
  });

  test('without details reads name and start only', () => {
    expect(read(900, 1200, false)).toEqual({
      pid: 900,
      name: 'postgres',
      comm: 'postgres',
      exe: '/usr/lib/postgresql/15/bin/postgres',
      cmdline: null,
      uid: null,
      cgroup: null,
      container: null,
      started: '2026-10-26T07:33:32.000Z',
    });
  });

  test('a thread name of 15 bytes may be cut: then the command says more', () => {
    const stat = (comm: string) => `7 (${comm}) S ${'1 '.repeat(18)}100 0 0\n`;
    const nameWith = (comm: string, cmdline: string) =>
      readProcess(folderMachine({ 'proc/7/stat': stat(comm), 'proc/7/cmdline': cmdline }), 7, 100, BOOT, true)?.name;
    expect(nameWith('systemd-timesyn', '/lib/systemd/systemd-timesyncd\0')).toBe('systemd-timesyncd');
    expect(nameWith('systemd-timesyn', 'other\0')).toBe('systemd-timesyn');
    expect(nameWith('short', 'shorter\0')).toBe('short');
    expect(nameWith('kworker/0:1H-kb', '')).toBe('kworker/0:1H-kb');
  });

  test('a command line is bounded', () => {
    const host = folderMachine({
      'proc/7/stat': `7 (x) S ${'1 '.repeat(18)}100 0 0\n`,
      'proc/7/cmdline': 'y\0'.repeat(9000),
    });
    expect(readProcess(host, 7, 100, BOOT, true)?.cmdline).toHaveLength(4096);
  });

  test('a kernel thread has no command line', () => {
    expect(read(2, 1)).toMatchObject({ name: 'kthreadd', exe: null, cmdline: null });
  });

  test('is nothing when the pid has changed hands, or the process is gone', () => {
    expect(read(900, 1201)).toBeNull();
    expect(read(901, 1200)).toBeNull();
    expect(readProcess(brokenDen, 900, 1200, BOOT, true)).toBeNull();
  });

  test.skipIf(!onLinux)('agrees with ps about this process', () => {
    const host = openHost(null, realClock);
    const stat = readStat(host, process.pid)!;
    const self = readProcess(host, process.pid, stat.started, readBootTime(host), true)!;
    expect(self).toMatchObject({ pid: process.pid, uid: process.getuid!(), exe: process.execPath });
    const psSays = (what: string) =>
      execFileSync('ps', ['-o', `${what}=`, '-p', `${process.pid}`], { encoding: 'utf8' }).trim();
    expect(self.comm).toBe(psSays('comm'));
    const age = (Date.now() - Date.parse(self.started!)) / 1000;
    expect(Math.abs(age - Number(psSays('etimes')))).toBeLessThan(3);
  });
});
