import fs from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { EXIT } from '../../../src/core/failure.ts';
import { type NetworkNamespace, openNetns } from '../../../src/platform/linux/netns.ts';
import { replaceLibc } from './fake-libc.ts';

const CAP = 'needs CAP_SYS_ADMIN';

/** Opens no file: every one fails with this. */
function refuseFiles(code: string): string[] {
  const opened: string[] = [];
  const spy = vi.spyOn(fs, 'openSync').mockImplementation((file) => {
    opened.push(String(file));
    spy.mockRestore();
    throw Object.assign(new Error(code), { code });
  });
  return opened;
}

test.each(['', '../x', 'a/b', '.hidden'])('%j is neither a name nor a process id', (name) => {
  expect(() => openNetns(name)).toThrow(
    expect.objectContaining({
      exit: EXIT.usage,
      message: `network namespace "${name}" is neither a name nor a process id`,
    }),
  );
});

describe.skipIf(process.platform !== 'linux')('a namespace that cannot be opened', () => {
  test.each(['EACCES', 'EPERM'])('for %s needs a capability', (code) => {
    const opened = refuseFiles(code);
    expect(() => openNetns("it's")).toThrow(
      expect.objectContaining({
        exit: EXIT.noPermission,
        message: `entering network namespace "it's" ${CAP}`,
        hint: `sudo netwatch conns --netns 'it'\\''s'`,
      }),
    );
    expect(opened).toEqual(["/run/netns/it's"]);
  });

  test('is hidden when its process is there', () => {
    const opened = refuseFiles('ENOENT');
    const failure = expect.objectContaining({ exit: EXIT.noPermission, message: expect.stringContaining(CAP) });
    expect(() => openNetns(String(process.pid))).toThrow(failure);
    expect(opened).toEqual([`/proc/${process.pid}/ns/net`]);
  });

  test.each(['no-such-netns', '4194999'])('%s is not there', (name) => {
    const failure = { exit: EXIT.noInput, message: `no network namespace "${name}"`, hint: 'ip netns list' };
    expect(() => openNetns(name)).toThrow(expect.objectContaining(failure));
  });
});

describe.skipIf(process.platform !== 'linux')('the namespace of a process', () => {
  /** The file that each descriptor given to setns is, and the kind. */
  function enter(answers: readonly number[], use: (netns: NetworkNamespace, calls: string[]) => void): void {
    const calls: string[] = [];
    const left = [...answers];
    replaceLibc({
      setns(fd, kind) {
        calls.push(`setns ${fs.readlinkSync(`/proc/self/fd/${fd}`)} ${kind}`);
        return left[0] === 0 || left.length === 0 ? (left.shift() ?? 0) : -1;
      },
      errno: () => left.shift()!,
    });
    const netns = openNetns(String(process.pid));
    try {
      use(netns, calls);
    } finally {
      netns.close();
    }
  }
  const own = process.platform === 'linux' ? fs.readlinkSync('/proc/self/ns/net') : '';
  const step = `setns ${own} ${0x40000000}`;

  test('is entered and left, whatever happens inside', () => {
    enter([], (netns, calls) => {
      expect(netns).toMatchObject({ label: own, inode: fs.statSync('/proc/self/ns/net').ino });
      expect(netns.enter(() => calls.push('inside'))).toBe(2);
      expect(calls.splice(0)).toEqual([step, 'inside', step]);
      const fail = (): never => {
        throw new Error('harm');
      };
      expect(() => netns.enter(fail)).toThrow('harm');
      expect(calls).toEqual([step, step]);
    });
  });

  test.each([
    [1, { exit: EXIT.noPermission, hint: `sudo netwatch conns --netns ${process.pid}` }],
    [13, { exit: EXIT.noPermission, hint: `sudo netwatch conns --netns ${process.pid}` }],
    [
      22,
      {
        exit: EXIT.noInput,
        message: `"${process.pid}" is not a network namespace (errno 22)`,
        hint: 'ip netns list',
      },
    ],
  ])('is not entered for errno %i', (errno, failure) => {
    enter([errno], (netns, calls) => {
      expect(() => netns.enter(() => calls.push('inside'))).toThrow(expect.objectContaining(failure));
      expect(calls).toEqual([step]);
    });
  });

  test('that cannot be left is a defect', () => {
    enter([0, 1], (netns) => {
      const failure = { exit: EXIT.internal, message: `cannot leave network namespace ${own}` };
      expect(() => netns.enter(() => 1)).toThrow(expect.objectContaining(failure));
    });
  });

  test('holds no file when it is closed', () => {
    const held = (): number => fs.readdirSync('/proc/self/fd').filter((fd) => isNamespace(fd)).length;
    const isNamespace = (fd: string): boolean => {
      try {
        return fs.readlinkSync(`/proc/self/fd/${fd}`).startsWith('net:');
      } catch {
        return false;
      }
    };
    const before = held();
    const netns = openNetns(String(process.pid));
    expect(held()).toBe(before + 2);
    netns.close();
    expect(held()).toBe(before);
  });
});
