import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { blankSocket } from '../../../src/core/socket/blank-socket.ts';
import type { Socket } from '../../../src/core/socket/socket.ts';
import { type FoundOwners, heldSockets, openSocketOwners } from '../../../src/platform/linux/socket-owners.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { openProcessFolder, type ProcessFolder } from './process-folder.ts';

const socket = (inode: number | null, uid = 0): Socket => ({ ...blankSocket(), inode, uid });

/** Owners found at one time after another, with the clock of the test. */
function owners(folder: ProcessFolder) {
  let now = 0;
  const source = openSocketOwners(folder.host, true, { monotonic: () => now });
  const at = async (seconds: number, ...sockets: Socket[]): Promise<FoundOwners> => {
    now = seconds * 1000;
    source.start();
    return source.find(heldSockets(sockets));
  };
  /** Pids and attribution of each inode. */
  const find = async (seconds: number, ...inodes: (number | null)[]): Promise<unknown[]> => {
    const { ownerOf } = await at(seconds, ...inodes.map((inode) => socket(inode)));
    return inodes.map((inode) => {
      const { processes, attribution } = ownerOf(socket(inode));
      return [...processes.map(({ pid }) => pid), attribution];
    });
  };
  return { at, find };
}

describe('who holds a socket', () => {
  test('one process, several with the first to start first, the kernel, or nobody', async () => {
    const { find } = owners(
      openProcessFolder({
        10: { started: 300, fds: { 3: 'socket:[1]', 4: 'socket:[2]' } },
        20: { started: 200, fds: { 0: '/dev/null', 3: 'socket:[1]' } },
      }),
    );
    expect(await find(0, 1, 2, null, 99)).toEqual([
      [20, 10, 'proc_fd shared'],
      [10, 'proc_fd exact'],
      ['none kernel'],
      ['none unseen'],
    ]);
  });

  test('a process that vanishes while it is read does not', async () => {
    const folder = openProcessFolder({ 10: { fds: { 3: 'socket:[1]' } } });
    const linkIfAny = (): null => {
      folder.remove(10);
      return null;
    };
    const vanishing = { ...folder.host, linkIfAny };
    const source = openSocketOwners(vanishing, true, realClock);
    source.start();
    const { ownerOf, limits } = await source.find(heldSockets([socket(1)]));
    expect(ownerOf(socket(1))).toEqual({ processes: [], attribution: 'none unseen' });
    expect(limits).toEqual([]);
  });
});

describe('a process whose main thread has ended', () => {
  const ended = { fds: {}, threads: { 11: {}, 12: { 0: '/dev/null', 3: 'socket:[1]' } } };

  test('holds what its other threads list, and its program is theirs', async () => {
    const folder = openProcessFolder({ 10: ended, 20: { fds: { 3: 'socket:[2]' } } });
    const { at } = owners(folder);
    const { ownerOf, limits } = await at(0, socket(1), socket(2), socket(3));
    expect(ownerOf(socket(1))).toEqual({
      processes: [
        {
          pid: 10,
          name: 'zt',
          comm: 'x',
          exe: '/usr/bin/zt',
          cmdline: 'zt -v',
          uid: 0,
          cgroup: null,
          container: null,
          started: '2026-10-26T07:33:21.000Z',
        },
      ],
      attribution: 'proc_fd exact',
    });
    expect([ownerOf(socket(2)).processes[0]?.pid, ownerOf(socket(3)).attribution]).toEqual([20, 'none unseen']);
    expect(limits).toEqual([]);
  });

  test('is looked at only when a holder is missing', async () => {
    const folder = openProcessFolder({ 10: ended, 20: { fds: { 3: 'socket:[2]' } } });
    const { find } = owners(folder);
    expect(await find(0, 2)).toEqual([[20, 'proc_fd exact']]);
    expect(folder.linksRead().filter((link) => link.includes('task'))).toEqual([]);
    expect(await find(1, 1, 2)).toEqual([
      [10, 'proc_fd exact'],
      [20, 'proc_fd exact'],
    ]);
    folder.linksRead();
    expect(await find(2, 1, 2)).toEqual([
      [10, 'proc_fd exact'],
      [20, 'proc_fd exact'],
    ]);
    expect(folder.linksRead()).toEqual([]);
  });

  test('that no other thread lists anything of holds nothing; nor does one that is gone', async () => {
    const { find } = owners(openProcessFolder({ 10: { fds: {}, threads: { 11: {} } }, 20: { fds: {} } }));
    expect(await find(0, 1)).toEqual([['none unseen']]);
  });

  test('a descriptor of the main thread is enough; others are not asked', async () => {
    const folder = openProcessFolder({ 10: { fds: { 3: 'socket:[2]' }, threads: { 11: { 3: 'socket:[1]' } } } });
    expect(await owners(folder).find(0, 1, 2)).toEqual([['none unseen'], [10, 'proc_fd exact']]);
  });

  test('of very many threads, some are tried', async () => {
    const threads = (count: number) => ({
      ...Object.fromEntries(Array.from({ length: count - 1 }, (_, index) => [100 + index, {}])),
      999: { 3: 'socket:[1]' },
    });
    // names in a folder come in order here
    for (const [count, said] of [
      [8, [10, 'proc_fd exact']],
      [9, ['none unseen']],
    ] as const) {
      const folder = openProcessFolder({ 10: { fds: {}, threads: threads(count) } });
      const list = (name: string): string[] => folder.host.list(name).sort();
      expect(await owners({ ...folder, host: { ...folder.host, list } }).find(0, 1)).toEqual([said]);
    }
  });
});

describe('without /proc', () => {
  const bare = (): ProcessFolder => {
    const folder = openProcessFolder({});
    return { ...folder, host: { ...folder.host, root: null } };
  };

  test('every owner is denied, and a limit says so once', async () => {
    const { at } = owners(bare());
    const found = await at(0, socket(1), socket(2, 1000), socket(null));
    expect([socket(1), socket(2, 1000), socket(null)].map((one) => found.ownerOf(one))).toEqual([
      { processes: [], attribution: 'none denied' },
      { processes: [], attribution: 'none denied' },
      { processes: [], attribution: 'none kernel' },
    ]);
    const mount = process.getuid?.() === 0 ? 'mount' : 'sudo mount';
    expect(found.limits).toEqual([
      {
        what: 'owners of 2 sockets',
        subject: 'owners of sockets',
        why: '/proc is not mounted',
        remedy: `${mount} -t proc proc /proc`,
      },
    ]);
    expect((await at(1, socket(1), socket(3))).limits).toEqual(found.limits);
    expect((await at(2, socket(null))).limits).toEqual([]);
  });

  test('a machine that is a folder hides nothing, and one process is enough to see that it is there', async () => {
    expect(await owners(openProcessFolder({})).find(0, 1)).toEqual([['none unseen']]);
    const folder = openProcessFolder({ 10: { fds: {} } });
    expect(await owners({ ...folder, host: { ...folder.host, root: null } }).find(0, 1)).toEqual([['none unseen']]);
    folder.deny(10);
    const denied = await owners({ ...folder, host: { ...folder.host, root: null } }).at(0, socket(1));
    expect(denied.limits).toMatchObject([{ why: 'the descriptors of x (10) cannot be read even with CAP_SYS_PTRACE' }]);
  });
});

describe('what is kept between two readings', () => {
  test('nothing is read again while nothing changes', async () => {
    const folder = openProcessFolder({ 10: { fds: { 0: '/dev/null', 3: 'socket:[1]' } } });
    const { find } = owners(folder);
    await find(0, 1, 99);
    folder.linksRead();
    expect(await find(1, 1, 99)).toEqual([[10, 'proc_fd exact'], ['none unseen']]);
    expect(folder.linksRead()).toEqual([]);
  });

  test('a new socket is found, and only new descriptors are read for it', async () => {
    const folder = openProcessFolder({ 10: { fds: { 0: '/dev/null', 3: 'socket:[1]' } } });
    const { find } = owners(folder);
    await find(0, 1);
    folder.put(10, { fds: { 0: '/dev/null', 3: 'socket:[1]', 4: 'socket:[2]' } });
    folder.put(11, { fds: { 3: 'socket:[3]' } });
    folder.linksRead();
    expect(await find(1, 1, 2, 3)).toEqual([
      [10, 'proc_fd exact'],
      [10, 'proc_fd exact'],
      [11, 'proc_fd exact'],
    ]);
    expect(folder.linksRead()).toEqual(['10/fd/4', '11/fd/3']);
  });

  test('a descriptor that stood for a file is read when nothing else helps', async () => {
    const folder = openProcessFolder({ 10: { fds: { 0: '/dev/null', 3: 'socket:[1]' } } });
    const { find } = owners(folder);
    await find(0, 1);
    folder.put(10, { fds: { 0: 'socket:[2]', 3: 'socket:[1]' } });
    expect(await find(1, 1, 2)).toEqual([
      [10, 'proc_fd exact'],
      [10, 'proc_fd exact'],
    ]);
  });

  test('a pid in other hands holds nothing of what it held', async () => {
    const folder = openProcessFolder({
      10: { started: 100, fds: { 3: 'socket:[1]' } },
      20: { fds: { 3: 'socket:[2]' } },
    });
    const { find } = owners(folder);
    await find(0, 1, 2);
    folder.put(10, { started: 900, fds: { 3: 'socket:[3]' } });
    folder.remove(20);
    expect(await find(1, 1, 2, 3)).toEqual([['none unseen'], ['none unseen'], [10, 'proc_fd exact']]);
  });

  test('a process that executes another program gets its new name', async () => {
    const folder = openProcessFolder({ 10: { comm: 'sh', fds: { 3: 'socket:[1]' } } });
    const { at } = owners(folder);
    const names = (found: FoundOwners) => found.ownerOf(socket(1)).processes.map(({ name }) => name);
    expect(names(await at(0, socket(1)))).toEqual(['sh']);
    folder.put(10, { comm: 'server', fds: { 3: 'socket:[1]' } });
    expect(names(await at(1, socket(1)))).toEqual(['server']);
  });

  test('who took over a socket, and who let go of it, shows after 10 s', async () => {
    const folder = openProcessFolder({ 10: { fds: { 3: 'socket:[1]' } }, 20: { fds: { 3: '/dev/null' } } });
    const { find } = owners(folder);
    await find(0, 1);
    folder.put(20, { fds: { 3: 'socket:[1]' } });
    fs.rmSync(`${folder.host.root}/proc/10/fd/3`);
    expect(await find(9, 1)).toEqual([[10, 'proc_fd exact']]);
    expect(await find(10, 1)).toEqual([[20, 'proc_fd exact']]);
  });

  test('what an earlier reading found stays found', async () => {
    const folder = openProcessFolder({ 10: { fds: { 3: 'socket:[1]' } } });
    const { at } = owners(folder);
    const first = await at(0, socket(1));
    folder.remove(10);
    await at(1, socket(2));
    expect(first.ownerOf(socket(1)).processes.map(({ pid }) => pid)).toEqual([10]);
  });
});

describe('what this user may not see', () => {
  const self = (folder: ProcessFolder, uid: number, capabilities: string): void => {
    fs.mkdirSync(`${folder.host.root}/proc/self`);
    const status = `Name:\tx\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\nCapEff:\t${capabilities}\n`;
    fs.writeFileSync(`${folder.host.root}/proc/self/status`, status);
  };
  const attributions = ({ ownerOf }: FoundOwners, ...sockets: Socket[]) =>
    sockets.map((one) => ownerOf(one).attribution);
  const NONE = '0000000000000000';
  const ALL = '000001ffffffffff';

  test("is denied for an ordinary user: other users' sockets, and a limit says so", async () => {
    const folder = openProcessFolder({ 10: { uid: 1000, fds: { 3: 'socket:[1]' } }, 20: { fds: {} } });
    self(folder, 1000, NONE);
    folder.deny(20);
    const { at } = owners(folder);
    const sockets = [socket(1, 1000), socket(2, 0), socket(3, 1000), socket(4, 7)];
    const found = await at(0, ...sockets);
    expect(attributions(found, ...sockets)).toEqual(['proc_fd exact', 'none denied', 'none unseen', 'none denied']);
    expect(found.limits).toEqual([
      {
        what: 'owners of 2 sockets',
        subject: 'owners of sockets',
        why: 'this user cannot read the descriptors of processes of user 0 and user 7',
        remedy: 'sudo netwatch conns',
      },
    ]);
    // kept as it was first said
    expect((await at(1, ...sockets, socket(5, 0))).limits).toEqual(found.limits);
    expect((await at(2, socket(1, 1000))).limits).toEqual([]);
  });

  test('is denied where /proc hides processes, of its own user too', async () => {
    const folder = openProcessFolder({});
    self(folder, 1000, NONE);
    fs.writeFileSync(`${folder.host.root}/proc/self/mounts`, 'proc /proc proc rw,hidepid=2 0 0\n');
    const found = await owners(folder).at(0, socket(1, 1000), socket(null));
    expect(attributions(found, socket(1, 1000), socket(null))).toEqual(['none denied', 'none kernel']);
    expect(found.limits).toMatchObject([{ why: expect.stringContaining('/proc is mounted with hidepid=2') }]);
  });

  test('is denied when a process of its own user hides its descriptors', async () => {
    const folder = openProcessFolder({ 10: { uid: 1000, fds: {} } });
    self(folder, 1000, NONE);
    folder.deny(10);
    expect(attributions(await owners(folder).at(0, socket(1, 1000)), socket(1, 1000))).toEqual(['none denied']);
  });

  test('is nothing with CAP_SYS_PTRACE, but for what is hidden even so', async () => {
    const folder = openProcessFolder({ 10: { uid: 5, fds: {} } });
    self(folder, 0, ALL);
    folder.deny(10);
    const found = await owners(folder).at(0, socket(1, 5), socket(2, 6));
    expect(attributions(found, socket(1, 5), socket(2, 6))).toEqual(['none denied', 'none unseen']);
    expect(found.limits).toEqual([
      {
        what: 'owners of 1 socket',
        subject: 'owners of sockets',
        why: 'the descriptors of x (10) cannot be read even with CAP_SYS_PTRACE',
        remedy: null,
        isFinal: true,
      },
    ]);
  });

  test("another user's socket that our process holds is found all the same", async () => {
    const folder = openProcessFolder({ 10: { uid: 1000, fds: { 3: 'socket:[1]' } } });
    self(folder, 1000, NONE);
    expect(attributions(await owners(folder).at(0, socket(1, 0)), socket(1, 0))).toEqual(['proc_fd exact']);
  });
});
