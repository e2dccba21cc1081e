import { describe, expect, test } from 'vitest';
import { EXIT, Failure } from '../../../src/core/failure.ts';
import { type Netlink, NetlinkError } from '../../../src/platform/linux/netlink.ts';
import type { NetworkNamespace } from '../../../src/platform/linux/netns.ts';
import { dumpTable, readAddress, readMac, readRows, readText, readU32 } from '../../../src/platform/linux/rtnetlink.ts';
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
    expect(kernel.dumps).toBe(5);
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

test('readMac writes pairs, of three lengths', () => {
  expect(readMac(Buffer.from('02fc00000001', 'hex'), 0, 6)).toBe('02:fc:00:00:00:01');
  const data = Buffer.alloc(24, 0xab);
  const lengths = Array.from({ length: 23 }, (_, length) => length).filter((length) => readMac(data, 1, 1 + length));
  expect(lengths).toEqual([6, 8, 20]);
  expect(readMac(data, 1, 9)).toBe('ab:ab:ab:ab:ab:ab:ab:ab');
});

test('numbers and addresses are read when they are whole', () => {
  const data = Buffer.from('00c0000201c000020120010db8', 'hex');
  expect([readU32(data, 1, 5), readU32(data, 1, 4), readU32(data, 1, 6)]).toEqual([0x010200c0, null, 0x010200c0]);
  expect([readAddress(2, data, 1, 5), readAddress(2, data, 1, 4)]).toEqual(['192.0.2.1', null]);
  const six = Buffer.from('0020010db8000000000000000000000001', 'hex');
  expect([readAddress(10, six, 1, 17), readAddress(10, six, 1, 16)]).toEqual(['2001:db8::1', null]);
  expect(readAddress(7, six, 1, 17)).toBeNull();
});
