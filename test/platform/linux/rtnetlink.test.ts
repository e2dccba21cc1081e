import { describe, expect, test } from 'vitest';
import { EXIT, Failure } from '../../../src/core/failure.ts';
import { type Netlink, NetlinkError } from '../../../src/platform/linux/netlink.ts';
import type { NetworkNamespace } from '../../../src/platform/linux/netns.ts';
import { dumpTable, readMac, readRows, readText } from '../../../src/platform/linux/rtnetlink.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { den } from './folder-machine.ts';

/** A kernel whose table changes during the first `changes` dumps. */
function busyKernel(changes: number): Netlink & { dumps: number } {
  const kernel = {
    dumps: 0,
    dump(_: number, __: Uint8Array, visit: Parameters<Netlink['dump']>[2]) {
      kernel.dumps++;
      visit(16, Buffer.from([kernel.dumps]), 0, 1);
      visit(99, Buffer.from([0]), 0, 1);
      return kernel.dumps > changes;
    },
    join() {},
    receive: () => true,
    close() {},
  };
  return kernel;
}

describe('dumpTable', () => {
  const parse = (data: Buffer, start: number): number | null => data[start] ?? null;

  test('dumps again when the table changed, and keeps only the last reading', () => {
    const kernel = busyKernel(2);
    expect(dumpTable(kernel, 18, Buffer.alloc(0), parse)).toEqual([3]);
  });

  test('gives up on a table that never rests', () => {
    const kernel = busyKernel(Number.POSITIVE_INFINITY);
    expect(dumpTable(kernel, 18, Buffer.alloc(0), parse)).toEqual([kernel.dumps]);
    expect(kernel.dumps).toBeLessThan(10);
  });
});

describe('readRows', () => {
  const refuse = (): string[] => {
    throw new NetlinkError('dump', 1);
  };
  const here = openHost(null, realClock);
  const elsewhere: NetworkNamespace = { label: 'lab', inode: 1, enter: (inside) => inside(), close() {} };

  test('reads files when the kernel refuses, and says what is lost', () => {
    expect(readRows(here, null, 'details', refuse, () => ['from a file'])).toEqual({
      rows: ['from a file'],
      limits: [{ what: 'details', why: 'netlink dump failed with errno 1', remedy: null }],
    });
  });

  test('never reads our files for another namespace', () => {
    const read = (): unknown => readRows(here, elsewhere, 'details', refuse, () => ['from a file']);
    expect(read).toThrow(Failure);
    expect(read).toThrow(expect.objectContaining({ exit: EXIT.unavailable }));
  });

  test('reads a machine that is a folder from its files', () => {
    expect(readRows(den, null, 'details', refuse, () => ['from a file'])).toEqual({
      rows: ['from a file'],
      limits: [],
    });
  });

  test('does not take a defect for a refusal', () => {
    const defect = (): string[] => {
      throw new TypeError('defect');
    };
    expect(() => readRows(here, null, 'details', defect, () => [])).toThrow(TypeError);
  });
});

test('readText ends at the zero, or at the end of the attribute', () => {
  const data = Buffer.from('eth0\0junk');
  expect([readText(data, 0, 9), readText(data, 0, 3), readText(data, 4, 4)]).toEqual(['eth0', 'eth', '']);
});

test('readMac writes pairs', () => {
  expect(readMac(Buffer.from('02fc00000001', 'hex'), 0, 6)).toBe('02:fc:00:00:00:01');
});
