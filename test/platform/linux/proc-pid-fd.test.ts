import fs from 'node:fs';
import net from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Host } from '../../../src/core/system/host.ts';
import {
  claimAll,
  type DescriptorScan,
  listProcesses,
  rescanDescriptors,
  scanAlone,
  scanDescriptors,
} from '../../../src/platform/linux/proc-pid-fd.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { brokenDen, den, folderMachine } from './folder-machine.ts';

const workOn = (host: Host) => {
  const pids = listProcesses(host);
  return { pids, claimed: new Int32Array(pids.length) };
};

/** Sockets as "pid/fd inode". */
const socketsOf = ({ processes }: DescriptorScan): string[] =>
  processes
    .flatMap(({ pid, fds, inodes }) => [...fds].map((fd, index) => `${pid}/${fd} ${inodes[index]}`))
    .filter((socket) => !socket.endsWith(' 0'))
    .sort();

const stat = (pid: number, started: number): string => `${pid} (x) S ${'1 '.repeat(18)}${started} 0 0\n`;

/** A machine of which each process has a start, and links by descriptor. */
function machine(
  processes: Readonly<Record<number, { started: number; fds: Readonly<Record<number, string>> }>>,
): Host {
  const files = Object.entries(processes).map(([pid, { started }]) => [`proc/${pid}/stat`, stat(Number(pid), started)]);
  const host = folderMachine(Object.fromEntries(files));
  for (const [pid, { fds }] of Object.entries(processes)) {
    fs.mkdirSync(`${host.root}/proc/${pid}/fd`);
    for (const [fd, target] of Object.entries(fds)) fs.symlinkSync(target, `${host.root}/proc/${pid}/fd/${fd}`);
  }
  return host;
}

const link = (host: Host, place: string, target: string): void => {
  fs.rmSync(`${host.root}/proc/${place}`, { force: true });
  fs.symlinkSync(target, `${host.root}/proc/${place}`);
};

/** The same machine, which notes the links that are read. */
function noting(host: Host): { host: Host; read: string[] } {
  const read: string[] = [];
  const link = (file: string): string => {
    read.push(file.replace('/proc/', ''));
    return host.link(file);
  };
  return { host: { ...host, link }, read };
}

test('finds every socket that a process holds', () => {
  const scan = scanDescriptors(den, workOn(den), 'forward');
  expect(scan.unreadable).toEqual([]);
  expect(scan.processes.map(({ pid, started }) => [pid, started])).toContainEqual([1500, 50_012]);
  expect(socketsOf(scan)).toEqual(
    [
      '612/1 19000',
      '612/2 19000',
      '612/3 20001',
      '612/4 20003',
      '700/12 20040',
      '850/6 20010',
      '850/9 20011',
      '900/6 20010',
      '1100/4 20002',
      '1500/3 20021',
      '1501/10 20020',
      '1501/11 20022',
      '1501/12 20023',
      '1501/200 20024',
      '1501/201 20025',
      '1501/202 20026',
      '2200/5 20030',
    ].sort(),
  );
});

test('skips a process without an understandable stat, and links that are none', () => {
  expect(socketsOf(scanDescriptors(brokenDen, workOn(brokenDen), 'forward'))).toEqual([
    '612/1 19000',
    '612/2 19000',
    '612/3 20001',
    '612/4 20003',
  ]);
});

test('two that share the work find together what one finds, and nothing twice', () => {
  const fds = Object.fromEntries(Array.from({ length: 1000 }, (_, fd) => [fd * 2, `socket:[${fd + 1}]`]));
  const host = machine({ 10: { started: 1, fds }, 11: { started: 2, fds: { 3: 'socket:[7]' } } });
  const alone = socketsOf(scanDescriptors(host, workOn(host), 'forward'));
  expect(alone).toHaveLength(1001);

  const work = workOn(host);
  work.claimed[0] = 512; // another thread has taken two shares, and is not done
  const rest = scanDescriptors(host, work, 'forward');
  const others = alone.filter((socket) => socket.startsWith('10/') && Number.parseInt(socket.slice(3), 10) < 512);
  expect([...others, ...socketsOf(rest)].sort()).toEqual(alone);
  expect(socketsOf(scanDescriptors(host, work, 'forward'))).toEqual([]);
});

test('work that was taken back is read no further', () => {
  const { host, read } = noting(machine({ 10: { started: 1, fds: { 3: 'socket:[7]', 600: 'socket:[8]' } } }));
  const work = workOn(host);
  const stopping: Host = {
    ...host,
    link(file) {
      claimAll(work);
      return host.link(file);
    },
  };
  expect(socketsOf(scanDescriptors(stopping, work, 'forward'))).toEqual(['10/3 7']);
  expect(read).toEqual(['10/fd/3']);
  expect(scanDescriptors(host, work, 'backward').processes).toEqual([]);
});

test('a process that may not be read is named, one that vanishes is not', () => {
  const host = machine({
    10: { started: 1, fds: { 3: 'socket:[7]' } },
    11: { started: 1, fds: { 3: 'socket:[8]' } },
    12: { started: 1, fds: {} },
  });
  const fail = (code: string) => () => {
    throw Object.assign(new Error(code), { code });
  };
  const refusing = (code: string): Host => ({
    ...host,
    list: (folder) => (folder === '/proc/11/fd' ? fail(code)() : host.list(folder)),
  });
  for (const code of ['EACCES', 'EPERM']) {
    const scan = scanDescriptors(refusing(code), workOn(host), 'forward');
    expect([socketsOf(scan), scan.unreadable]).toEqual([['10/3 7'], [11]]);
  }
  const gone = scanDescriptors(refusing('ENOENT'), workOn(host), 'forward');
  expect([socketsOf(gone), gone.unreadable]).toEqual([['10/3 7'], []]);
  const links = scanDescriptors({ ...host, link: fail('EACCES') }, workOn(host), 'forward');
  expect([socketsOf(links), links.unreadable]).toEqual([[], [10, 11]]);
});

test('a second look reads only what is new, and what stood for a socket that is gone', () => {
  const host = machine({
    10: { started: 1, fds: { 0: '/dev/null', 3: 'socket:[7]', 4: 'socket:[8]' } },
    11: { started: 2, fds: { 3: 'socket:[9]' } },
  });
  const before = scanDescriptors(host, workOn(host), 'forward').processes;
  link(host, '10/fd/0', 'socket:[30]');
  link(host, '10/fd/4', 'socket:[31]');
  link(host, '10/fd/5', 'socket:[32]');
  fs.writeFileSync(`${host.root}/proc/11/stat`, stat(11, 3)); // the pid has changed hands
  link(host, '11/fd/3', 'socket:[33]');

  const alive = new Set([7, 9, 30, 31, 32, 33]);
  const { host: noted, read } = noting(host);
  const look = rescanDescriptors(noted, before, alive, false);
  expect(read).toEqual(['10/fd/4', '10/fd/5', '11/fd/3']);
  expect(socketsOf(look)).toEqual(['10/3 7', '10/4 31', '10/5 32', '11/3 33']);

  const second = noting(host);
  expect(socketsOf(rescanDescriptors(second.host, look.processes, alive, true))).toEqual([
    '10/0 30',
    '10/3 7',
    '10/4 31',
    '10/5 32',
    '11/3 33',
  ]);
  expect(second.read).toEqual(['10/fd/0']);
});

test.each(['forward', 'backward'] as const)(
  '%s, a process that another thread has done with is left out',
  (direction) => {
    const host = machine({
      10: { started: 1, fds: { 3: 'socket:[7]' } },
      11: { started: 1, fds: { 3: 'socket:[8]' } },
      12: { started: 1, fds: { 3: 'socket:[9]' } },
    });
    const work = workOn(host);
    work.claimed[0] = 0x4000_0000;
    expect(
      scanDescriptors(host, work, direction)
        .processes.map(({ pid }) => pid)
        .sort(),
    ).toEqual([11, 12]);
    expect([...work.claimed]).toEqual([0x4000_0000, 0x4000_0000, 0x4000_0000]);
  },
);

test('a process without descriptors is named, and a descriptor that is closed meanwhile is none', () => {
  const host = machine({ 10: { started: 1, fds: { 3: 'socket:[7]', 4: 'socket:[8]' } }, 11: { started: 1, fds: {} } });
  const link = (file: string): string => {
    if (file.endsWith('/4')) throw Object.assign(new Error('gone'), { code: 'ENOENT' });
    return host.link(file);
  };
  const scan = scanDescriptors({ ...host, link }, workOn(host), 'forward');
  expect([socketsOf(scan), scan.unreadable, scan.without]).toEqual([['10/3 7'], [], [11]]);
  expect([...scan.processes[0]!.inodes]).toEqual([7, 0]);
});

test('ids are those names that are numbers, ascending', () => {
  const list = (): string[] => ['self', '100', '9', 'net', '12.5', '20'];
  expect([...listProcesses({ ...brokenDen, list })]).toEqual([9, 20, 100]);
});

test('one thread finds what two find', () => {
  expect(socketsOf(scanAlone(den, listProcesses(den)))).toEqual(
    socketsOf(scanDescriptors(den, workOn(den), 'forward')),
  );
});

describe.skipIf(process.platform !== 'linux')('of a process with hundreds of descriptors', () => {
  const host = openHost(null, realClock);
  const own = Int32Array.of(process.pid);
  /** Opens files, and sockets among them; the descriptors are closed when the test ends. */
  async function openMany(count: number): Promise<number[]> {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const fds = Array.from({ length: count }, () => fs.openSync(import.meta.filename, 'r'));
    onTestFinished(() => {
      for (const fd of fds) if (isOpen(fd)) fs.closeSync(fd);
      server.close();
    });
    return fds;
  }
  const isOpen = (fd: number): boolean => {
    try {
      return fs.fstatSync(fd).isFile();
    } catch {
      return false;
    }
  };
  const listed = (): DescriptorScan => scanDescriptors(host, { pids: own, claimed: new Int32Array(1) }, 'forward');

  test('all are found by their numbers, where the kernel tells how many there are', async () => {
    await openMany(700);
    const counted = scanAlone(host, own);
    const isTold = fs.statSync('/proc/self/fd').size > 0;
    expect(counted.isCounted).toBe(isTold);
    // the descriptor of the folder itself is among those that are counted
    expect(counted.processes[0]!.fds.length).toBeGreaterThanOrEqual(700);
    expect(socketsOf(counted)).toEqual(socketsOf(listed()));
  });

  test('with wide gaps they are listed', async () => {
    const fds = await openMany(2000);
    for (const fd of fds.slice(20, -500)) fs.closeSync(fd);
    const scan = scanAlone(host, own);
    expect(scan.isCounted).toBe(false);
    expect(socketsOf(scan)).toEqual(socketsOf(listed()));
  });
});
