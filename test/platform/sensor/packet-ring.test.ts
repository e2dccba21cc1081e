import { describe, expect, it, test } from 'vitest';
import { GatherPause } from '../../../src/platform/sensor/gather-pause.ts';
import { parseSharedMemory } from '../../../src/platform/sensor/ring-memory.ts';
import { BLOCK, type LaidFrame, LaidRing } from '../../support/packet-ring.ts';
import { badPrefix } from '../linux/text-prefixes.ts';

const frameOf = (length: number, first = 0): number[] => Array.from({ length }, (_, index) => (first + index) & 0xff);

/** What is read of the next block. */
function readBlock({ ring }: LaidRing): { bytes: number[]; length: number; seconds: number; micros: number }[] {
  const read: { bytes: number[]; length: number; seconds: number; micros: number }[] = [];
  ring.readBlock(
    () => {
      const { bytes, at, captured, length, seconds, micros } = ring;
      read.push({ bytes: [...bytes.subarray(at, at + captured)], length, seconds, micros });
      // who writes may use what is before a frame, and some bytes after it
      bytes.fill(0xee, at - 28, at);
      bytes.fill(0xee, at + captured, at + captured + 7);
    },
    () => {},
  );
  return read;
}

describe('a ring that the kernel fills', () => {
  it('is read block by block, which go back to the kernel, and begins anew after the last', () => {
    const laid = new LaidRing(3);
    expect([laid.ring.isOpen, laid.ring.isReady]).toEqual([true, false]);
    for (let block = 0; block < 7; block++) {
      const lengths = [60, 61, 15, 1500, block + 1];
      const frames = lengths.map((length, index) => ({
        bytes: frameOf(length, block + index),
        seconds: 1_700_000_000 + index,
        nanos: 1_999 + index * 1000,
        length: length + 5,
      }));
      laid.handOut(frames);
      expect([laid.ring.isReady, laid.ring.isUnderstood(), laid.statusOf(block % 3)]).toEqual([true, true, 1]);
      expect(readBlock(laid)).toEqual(
        frames.map(({ bytes, seconds, length }, index) => ({ bytes, seconds, length, micros: index + 1 })),
      );
      expect([laid.ring.isReady, laid.statusOf(block % 3)]).toEqual([false, 0]);
    }
  });

  it('tells of a block that came before it was full, and of one without packets', () => {
    const laid = new LaidRing(2);
    laid.handOut([{ bytes: frameOf(60) }], { calm: true });
    expect(laid.ring.isUnderstood()).toBe(true);
    expect(laid.ring.isCalm).toBe(true);
    readBlock(laid);
    laid.handOut([]);
    expect(laid.ring.isCalm).toBe(false);
    expect(readBlock(laid)).toEqual([]);
  });

  it('is understood with longer blocks, and not with shorter ones or those of another version', () => {
    const longer = new LaidRing(4, {}, 2 * BLOCK);
    longer.handOut([{ bytes: frameOf(60) }]);
    expect(longer.ring.isUnderstood()).toBe(true);
    expect(longer.ring.blocks).toBe(4);
    const shorter = new LaidRing(16, {}, BLOCK / 4);
    shorter.handOut([{ bytes: frameOf(60) }]);
    expect(shorter.ring.isUnderstood()).toBe(false);
    const other = new LaidRing(2);
    new DataView(other.memory).setUint32(0, 1, true);
    expect(other.ring.isOpen).toBe(false);
    expect(new LaidRing(1).ring.isOpen).toBe(false);
  });

  it('puts back the tag of a VLAN where it was', () => {
    const untagged = frameOf(60);
    const withTag = (...tag: number[]): number[] => [...untagged.slice(0, 12), ...tag, ...untagged.slice(12)];
    const frames: (LaidFrame & { as: number[] })[] = [
      { bytes: untagged, tag: 0x0123, as: withTag(0x81, 0x00, 0x01, 0x23) },
      { bytes: untagged, tag: 0x0456, tagProtocol: 0x88a8, as: withTag(0x88, 0xa8, 0x04, 0x56) },
      // priority 0 of network 0 is a tag too, when the kernel says so
      { bytes: untagged, tag: 0, as: withTag(0x81, 0x00, 0x00, 0x00) },
      { bytes: frameOf(11), tag: 5, as: frameOf(11) },
    ];
    const laid = new LaidRing(2);
    laid.handOut(frames);
    laid.ring.isUnderstood();
    expect(readBlock(laid).map(({ bytes, length }) => [bytes, length])).toEqual(
      frames.map(({ as }) => [as, as.length]),
    );
    const raw = new LaidRing(2, { isEthernet: false });
    raw.handOut([{ bytes: untagged, tag: 0x0123 }]);
    raw.ring.isUnderstood();
    expect(readBlock(raw)[0]!.bytes).toEqual(untagged);
  });

  it('leaves out what the loopback sends, as libpcap does, and cuts at the snap length', () => {
    const laid = new LaidRing(2, { snapLength: 20, loopback: 1 });
    laid.handOut([
      { bytes: frameOf(30, 1), iface: 1, isOutgoing: true },
      { bytes: frameOf(30, 2), iface: 1 },
      { bytes: frameOf(30, 3), iface: 2, isOutgoing: true },
    ]);
    laid.ring.isUnderstood();
    expect(readBlock(laid).map(({ bytes, length }) => [bytes, length])).toEqual([
      [frameOf(20, 2), 30],
      [frameOf(20, 3), 30],
    ]);
  });
});

test('the memory of sockets, out of /proc/self/maps', () => {
  const maps = [
    '00400000-00401000 r--p 00000000 fd:00 1234                               /usr/bin/node',
    '7ff03ffbc000-7ff040fbc000 rw-s 00000000 00:09 8026378                    socket:[8026378]',
    '7ff050000000-7ff050001000 rw-s 00000000 00:01 5                          /dev/zero (deleted)',
    '',
  ].join('\n');
  expect(parseSharedMemory(maps)).toEqual([{ socket: '8026378', address: 0x7ff03ffbc000, length: 16 * 1024 * 1024 }]);
  expect(badPrefix(maps, parseSharedMemory)).toBeNull();
});

describe('the wait for more packets', () => {
  it('grows while full blocks come and little of the ring fills, and ends when they come less than full', () => {
    const pause = new GatherPause(64, 250);
    expect(pause.length).toBe(0);
    for (let look = 0; look < 4; look++) pause.adapt(1, false);
    expect(pause.length).toBe(8);
    for (let look = 0; look < 50; look++) pause.adapt(7, false);
    expect(pause.length).toBe(10);
    pause.adapt(8, false);
    expect(pause.length).toBe(10);
    pause.adapt(9, false);
    expect(pause.length).toBe(5);
    pause.adapt(1, true);
    expect(pause.length).toBe(0);
  });

  it('is none for those who watch, and with a small ring', () => {
    const watched = new GatherPause(64, 7);
    watched.adapt(1, false);
    expect(watched.length).toBe(0);
    const small = new GatherPause(8, 250);
    for (let look = 0; look < 9; look++) small.adapt(3, false);
    expect(small.length).toBe(0);
  });
});
