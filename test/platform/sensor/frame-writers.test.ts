import { describe, expect, it, test } from 'vitest';
import type { DeviceCounts } from '../../../src/core/system/sensor.ts';
import { FrameBlocks } from '../../../src/platform/sensor/frame-blocks.ts';
import { FrameRecords } from '../../../src/platform/sensor/frame-records.ts';
import type { FrameVector } from '../../../src/platform/sensor/frame-vector.ts';
import type { FrameOutput, FrameWriter } from '../../../src/platform/sensor/frame-writer.ts';
import { octets, u32 } from '../../support/headers.ts';
import { BLOCK, type LaidFrame, LaidRing } from '../../support/packet-ring.ts';

const SNAP = 64;
const DEVICES = [
  { name: 'lo', linkType: 1 },
  { name: 'wlan0', linkType: 127 },
];
const little = (...values: readonly number[]): number[] => values.flatMap((value) => u32(value).reverse());

/** What is taken all at once, into a list; frames of a ring, only when they are joined. */
const into = (written: Uint8Array[]): FrameOutput => ({
  write: (bytes) => void written.push(Uint8Array.from(bytes)),
  writeTogether: () => 0,
});

/** Puts a frame where the binding puts it: header, then bytes. */
function put(
  writer: FrameWriter,
  seconds: number,
  micros: number,
  frame: readonly number[],
  length = frame.length,
): void {
  writer.header.set(little(seconds, micros, frame.length, length));
  writer.frame.set(frame.slice(0, SNAP));
}

const COUNTS: DeviceCounts = { received: 7, droppedByInterface: 2, droppedByKernel: 3, captured: 4 } as DeviceCounts;

test('frames as blocks of pcapng, byte for byte', () => {
  const written: Uint8Array[] = [];
  const writer = new FrameBlocks(SNAP, into(written));
  writer.begin(DEVICES, SNAP);
  writer.flush();
  put(writer, 1_700_000_000, 250_000, octets('0102030405'), 1500);
  writer.addFrame(1);
  put(writer, 0, 1, octets('0a0b0c0d'));
  writer.addFrame(0);
  writer.flush();
  writer.end([COUNTS], 2.5);
  writer.flush();
  writer.flush(); // nothing is there
  const micros = 1_700_000_000_250_000;
  expect(written.map((bytes) => [...bytes])).toEqual([
    [
      ...little(0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff, 28),
      ...[...little(1, 32, 1, SNAP), ...octets('0200 0200 6c6f 0000'), ...little(0, 32)],
      ...[...little(1, 36, 127, SNAP), ...octets('0200 0500 776c616e30 000000'), ...little(0, 36)],
    ],
    [
      ...little(6, 40, 1, Math.floor(micros / 2 ** 32), micros % 2 ** 32, 5, 1500),
      ...[...octets('0102030405 000000'), ...little(40)],
      ...[...little(6, 36, 0, 0, 1, 4, 4), ...octets('0a0b0c0d'), ...little(36)],
    ],
    [
      ...little(5, 76, 0, 0, 2_500_000),
      ...[4, 7, 5, 2, 7, 3, 8, 4].flatMap((value, index) => (index % 2 === 0 ? [value, 0, 8, 0] : little(value, 0))),
      ...little(0, 76),
    ],
  ]);
  const [, frames] = written;
  expect([39, 40, 75, 76].map((length) => writer.wholeWithin(frames!, length))).toEqual([
    { bytes: 0, frames: 0 },
    { bytes: 40, frames: 1 },
    { bytes: 40, frames: 1 },
    { bytes: 76, frames: 2 },
  ]);
  expect(writer.wholeWithin(written[0]!, 60)).toEqual({ bytes: 60, frames: 0 });
});

test('frames as records of pcap, byte for byte', () => {
  const written: Uint8Array[] = [];
  const writer = new FrameRecords(SNAP, into(written));
  writer.begin(DEVICES, SNAP);
  writer.flush();
  put(writer, 5, 6, octets('010203'), 99);
  writer.addFrame();
  put(writer, 7, 8, []);
  writer.addFrame();
  writer.flush();
  writer.end();
  writer.flush();
  expect(written.map((bytes) => [...bytes])).toEqual([
    [...little(0xa1b2c3d4), 2, 0, 4, 0, ...little(0, 0, SNAP, 1)],
    [...little(5, 6, 3, 99), ...octets('010203'), ...little(7, 8, 0, 0)],
  ]);
  const [header, frames] = written;
  expect([24, 10].map((length) => writer.wholeWithin(header!, length))).toEqual([
    { bytes: 0, frames: 0 },
    { bytes: 0, frames: 0 },
  ]);
  expect([15, 18, 19, 34, 35].map((length) => writer.wholeWithin(frames!, length))).toEqual([
    { bytes: 0, frames: 0 },
    { bytes: 0, frames: 0 },
    { bytes: 19, frames: 1 },
    { bytes: 19, frames: 1 },
    { bytes: 35, frames: 2 },
  ]);
});

test.each([
  ['blocks', () => FrameBlocks, 32 + 64],
  ['records', () => FrameRecords, 16 + 64],
] as const)(
  '%s: what claims more than the snap length is cut there; what is collected is passed on before it is too much',
  (_, kind, size) => {
    const written: Uint8Array[] = [];
    const writer = new (kind())(SNAP, into(written));
    for (let count = 0; count < 1000; count++) {
      put(writer, count, 0, new Array<number>(SNAP + 1).fill(count & 0xff), 2000);
      writer.addFrame(0);
    }
    writer.flush();
    expect(written.reduce((sum, { length }) => sum + length, 0)).toBe(1000 * size);
    for (const part of written.slice(0, -1)) {
      expect(part.length % size).toBe(0);
      expect(part.length).toBeGreaterThanOrEqual(32 * 1024);
      expect(part.length).toBeLessThan(32 * 1024 + size);
    }
  },
);

describe.each([
  ['blocks', FrameBlocks],
  ['records', FrameRecords],
] as const)('%s of frames that lie in a ring', (_, Kind) => {
  const LONG = 300;
  const frames: readonly LaidFrame[] = [0, 1, 2, 3, 61, 64, LONG].map((length, index) => ({
    bytes: Array.from({ length }, (_, at) => (at * 7 + index) & 0xff),
    ...{ length: length + 4, seconds: 1_700_000_000 + index, nanos: 5_000 },
  }));
  /** The same frames, as the binding hands them out. */
  const asHandedOut = (count: number): number[] => {
    const written: Uint8Array[] = [];
    const writer = new Kind(LONG, into(written));
    for (let index = 0; index < count; index++) {
      const { bytes, length = 0, seconds = 0 } = frames[index % frames.length]!;
      writer.header.set(little(seconds, 5, bytes.length, length));
      writer.frame.set(bytes);
      writer.addFrame(1);
    }
    writer.flush();
    return written.flatMap((bytes) => [...bytes]);
  };
  /** What is written of a block with these frames, by an output that takes so many bytes of frames at once. */
  const asLaid = (count: number, takes: (bytes: number) => number, atEnd: boolean): number[] => {
    const laid = new LaidRing(2, { snapLength: LONG });
    laid.handOut(
      Array.from({ length: count }, (_, index) => frames[index % frames.length]!),
      { atEnd },
    );
    laid.ring.isUnderstood();
    const written: number[] = [];
    const writer = new Kind(LONG, {
      write: (bytes, from) => void written.push(...bytes.subarray(from)),
      writeTogether(vector) {
        expect(addressesOf(vector).every((at) => at > 2 ** 32 - 64 && at < 2 ** 32 + 2 * BLOCK)).toBe(true);
        const taken = takes(vector.bytes);
        written.push(...vector.joined().subarray(0, taken));
        return taken;
      },
    });
    laid.ring.readBlock(
      () => writer.addRingFrame(1, laid.ring),
      () => writer.flush(),
    );
    return written;
  };

  it.each([
    ['all', (bytes: number) => bytes],
    ['half', (bytes: number) => bytes >> 1],
    ['nothing', () => 0],
  ] as const)('are those that the binding hands out, when %s of it is taken at once', (_, takes) => {
    for (const count of [1, frames.length, 1023, 1024, 1030]) {
      for (const atEnd of [false, true]) expect(asLaid(count, takes, atEnd)).toEqual(asHandedOut(count));
    }
  });
});

/** Where the entries of a vector point to. */
const addressesOf = ({ entries, count }: FrameVector): number[] =>
  Array.from({ length: count }, (_, index) => entries[index * 4]! + entries[index * 4 + 1]! * 2 ** 32);
