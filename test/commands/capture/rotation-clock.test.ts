import { expect, test } from 'vitest';
import { RingFiles } from '../../../src/commands/capture/ring-files.ts';
import { RotatingCapture } from '../../../src/commands/capture/rotating-capture.ts';
import { NO_OPTIONS } from '../../../src/core/capture/capture-reader.ts';
import { PcapWriter } from '../../../src/core/capture/pcap-writer.ts';
import { EXIT, Failure } from '../../../src/core/failure.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import type { CaptureFiles, OutputFile } from '../../../src/platform/files/capture-output.ts';

const LINK = { name: null, linkType: 1, snapLength: 65_535, nanoseconds: false };

/** A ring whose files are names, and whose clock is `at`. */
function openRing(keep: number | null) {
  const names: string[] = [];
  const said: string[] = [];
  const clock = { at: 0 };
  const nothing = async (): Promise<void> => {};
  const file: OutputFile = {
    ...{
      fd: null,
      size: async () => 0,
      write: nothing,
      sync: nothing,
      finish: nothing,
      abandon: nothing,
      keep: async () => 'kept',
    },
  };
  const create = async (name: string): Promise<OutputFile> => {
    names.push(name);
    return file;
  };
  const files: CaptureFiles = {
    ...{ create, createHere: create, close: () => {} },
    remove: (name) => Promise.reject(new Failure(EXIT.io, `${name} cannot be removed: read-only file system`)),
    packing: { pack: nothing, remove: nothing, end: async () => [] },
    openHandover: () => null,
  };
  const rotation = { bytes: null, seconds: 10, keep, packs: false };
  const named = new RingFiles(files, 'r.pcap', false, rotation, { now: () => 0, say: (line) => said.push(line) });
  const ring = new RotatingCapture(
    named,
    rotation,
    () => new PcapWriter('r', 65_535),
    () => clock.at,
  );
  ring.prepare([LINK], NO_OPTIONS, false);
  const add = async (at: number, wallClock: number): Promise<void> => {
    clock.at = at;
    const packet = new Packet();
    packet.begin(new Uint8Array(60), 0, 60, 60, wallClock, 0, 0, 1);
    ring.add(packet, LINK, null, NO_OPTIONS);
    await ring.write(ring.take());
  };
  return { names, said, add };
}

test('files take turns by a clock that never jumps, whatever the times of packets', async () => {
  const { names, add } = openRing(null);
  for (const [at, wallClock] of [
    [0, 1_700_000_000],
    [1, 1_700_003_600],
    [2, 1_699_900_000],
    [9.9, 5],
    [10, 6],
    [19, 1_700_000_000],
    [20, 7],
  ] as const) {
    await add(at, wallClock);
  }
  expect(names).toHaveLength(3);
});

test('a file that cannot be removed is said, and capturing goes on', async () => {
  const { names, said, add } = openRing(1);
  for (const at of [0, 10, 20]) await add(at, at);
  expect(names).toHaveLength(3);
  expect(said).toEqual(names.slice(0, 2).map((name) => `${name} cannot be removed: read-only file system`));
});
