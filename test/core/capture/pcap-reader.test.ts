import { describe, expect, test } from 'vitest';
import type { ByteSource } from '../../../src/core/capture/byte-source.ts';
import { openCaptureReader } from '../../../src/core/capture/open-capture-reader.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { MICRO, MODIFIED, NANO, pcap, readCapture, sourceOf, words } from '../../support/captures.ts';
import { hex } from '../../support/wire.ts';

const ONE = hex('0102030405');
const TWO = hex('aabbcc');
const FRAMES = [
  { bytes: ONE, seconds: 1_700_000_000, fraction: 123_456, length: 60 },
  { bytes: TWO, seconds: 1_700_000_001, fraction: 7 },
];
const HEADER = 24;
const RECORD = 16;

describe.each([
  ['pcap', MICRO, true],
  ['pcap', MICRO, false],
  ['nsecpcap', NANO, true],
  ['nsecpcap', NANO, false],
  ['modpcap', MODIFIED, true],
  ['modpcap', MODIFIED, false],
] as const)('%s of magic %i, little-endian %s', (format, magic, little) => {
  const file = pcap(FRAMES, { magic, little, linkType: 113, snapLength: 96 });

  test('is read whole', async () => {
    const { reader, frames, problems } = await readCapture(file);
    const nanoseconds = magic === NANO;
    expect(reader.format).toBe(format);
    const hasPcapRecords = little && magic !== MODIFIED;
    expect(reader.interfaces).toEqual([{ name: null, linkType: 113, snapLength: 96, nanoseconds, hasPcapRecords }]);
    const common = { iface: 0, linkType: 113, comment: null };
    expect(frames).toEqual([
      {
        ...common,
        number: 1,
        time: nanoseconds ? '1700000000.000123456' : '1700000000.123456000',
        bytes: '0102030405',
        length: 60,
      },
      {
        ...common,
        number: 2,
        time: nanoseconds ? '1700000001.000000007' : '1700000001.000007000',
        bytes: 'aabbcc',
        length: 3,
      },
    ]);
    expect(problems).toEqual([]);
  });

  test('is the same in pieces, wherever they are cut', async () => {
    const { frames } = await readCapture(file);
    for (let cut = 1; cut < file.length; cut++) {
      expect((await readCapture(sourceOf(file, [cut]))).frames).toEqual(frames);
    }
    const single = Array.from(file, (_byte, index) => index + 1);
    expect(await readCapture(sourceOf(file, single))).toMatchObject({ frames, problems: [] });
  });

  test('cut short, gives the whole frames and says where it ends', async () => {
    const record = magic === MODIFIED ? 24 : RECORD;
    const first = HEADER + record + ONE.length;
    for (let length = HEADER; length <= file.length; length++) {
      const { frames, problems } = await readCapture(file.slice(0, length));
      const whole = length === file.length ? 2 : length >= first ? 1 : 0;
      expect(frames).toHaveLength(whole);
      const isWhole = length === HEADER || length === first || length === file.length;
      expect(problems).toEqual(isWhole ? [] : [`cut short in packet ${whole + 1}, at byte ${length}`]);
    }
  });
});

test('an impossible length ends the file, with the packet and the place', async () => {
  const frames = [FRAMES[0]!, { bytes: TWO, captured: 262_145 }, FRAMES[1]!];
  const read = await readCapture(pcap(frames));
  expect(read.frames).toHaveLength(1);
  const place = HEADER + RECORD + ONE.length;
  expect(read.problems).toEqual([`packet 2, at byte ${place}, claims 262145 bytes: the rest is not read`]);
});

test('the longest frame is read', async () => {
  const { frames } = await readCapture(pcap([{ bytes: new Uint8Array(262_144) }, { bytes: TWO }]));
  expect(frames.map(({ bytes }) => bytes.length / 2)).toEqual([262_144, 3]);
});

test('a fraction of more than a second is carried', async () => {
  const { frames } = await readCapture(pcap([{ bytes: ONE, seconds: 5, fraction: 2_500_000 }]));
  expect(frames[0]!.time).toBe('7.500000000');
});

test('the bits of the link type that tell of a checksum are no part of it', async () => {
  const { reader } = await readCapture(pcap([], { linkType: 0x4400_0001 }));
  expect(reader.interfaces[0]!.linkType).toBe(1);
});

test('more than was on the wire, and less, are as the file says', async () => {
  const { frames } = await readCapture(
    pcap([
      { bytes: ONE, length: 3 },
      { bytes: new Uint8Array(0), length: 99 },
    ]),
  );
  expect(frames.map(({ bytes, length }) => [bytes.length / 2, length])).toEqual([
    [5, 3],
    [0, 99],
  ]);
});

test('a frame is there as soon as its bytes are, though the pipe stays open', async () => {
  const file = pcap(FRAMES);
  const first = file.slice(0, HEADER + RECORD + ONE.length + 3);
  let given = false;
  const source: ByteSource = {
    name: 'pipe',
    size: null,
    read(into, offset) {
      if (given) return new Promise(() => {});
      given = true;
      into.set(first, offset);
      return Promise.resolve(first.length);
    },
    close: () => Promise.resolve(),
  };
  const reader = await openCaptureReader(source);
  const packet = new Packet();
  expect(await reader.fill()).toBe(true);
  expect(reader.next(packet)).toBe(true);
  expect(packet.frameEnd - packet.frameStart).toBe(ONE.length);
  expect(reader.next(packet)).toBe(false);
});

test.each([
  ['nothing', new Uint8Array(0), 'it is empty'],
  ['two bytes', hex('d4c3'), 'it has 2 bytes'],
  ['text', Buffer.from('hello'), 'it does not begin like a pcap or pcapng file'],
  ['a pcap header cut short', pcap([]).slice(0, 23), 'cut short in its header'],
  ['a pcapng header cut short', words(true, 0x0a0d0d0a, 28, 0x1a2b3c4d), 'cut short in its header'],
])('%s is no capture', async (_name, bytes, why) => {
  await expect(readCapture(sourceOf(bytes))).rejects.toMatchObject({
    exit: 65,
    message: `test.pcap is not a capture: ${why}`,
  });
});

test('zeros without an end are no packets', async () => {
  const header = pcap([{ bytes: Uint8Array.of(1, 2, 3), seconds: 1 }]);
  let at = 0;
  const endless = {
    ...sourceOf(header),
    read(into: Uint8Array, offset: number, length: number): Promise<number> {
      into.fill(0, offset, offset + length);
      into.set(header.subarray(at, at + length), offset);
      at += length;
      return Promise.resolve(length);
    },
  };
  const { frames, problems } = await readCapture(endless);
  expect([frames[0]!.bytes, frames.length]).toEqual(['010203', 1 + 4096]);
  expect(problems).toEqual(['nothing but zeros for 64 KiB, at byte 65595: the rest is not read']);
});
