import { expect, test } from 'vitest';
import { FrameRuns } from '../../../src/core/capture/frame-runs.ts';
import { openCaptureReader } from '../../../src/core/capture/open-capture-reader.ts';
import { PcapWriter } from '../../../src/core/capture/pcap-writer.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { MICRO, MODIFIED, NANO, type PcapFrame, pcap, sourceOf } from '../../support/captures.ts';

const FRAMES: readonly PcapFrame[] = Array.from({ length: 40 }, (_, index) => ({
  bytes: Uint8Array.from({ length: index % 7 }, (_, at) => index + at),
  seconds: 1000 + index,
  // carried over into seconds, which is not what was read
  fraction: index % 5 === 4 ? 0xffff_fff0 : index,
  length: 60,
}));

/** The frames that `keeps` keeps, with runs, and how many were copied in them. */
async function copied(
  file: Uint8Array,
  writer: PcapWriter,
  keeps: (number: number) => boolean,
  usesRuns: boolean,
): Promise<readonly [Uint8Array, number]> {
  const parts: Uint8Array[] = [];
  const reader = await openCaptureReader(sourceOf(file), 128);
  const runs = new FrameRuns(writer);
  const packet = new Packet();
  let inRuns = 0;
  writer.prepare(reader.interfaces);
  while (await reader.fill()) {
    while (reader.next(packet)) {
      const from = reader.interfaces[0]!;
      if (!keeps(packet.number)) continue;
      if (usesRuns && writer.writesAsRead(packet, from)) {
        runs.add(packet);
        inRuns++;
        continue;
      }
      runs.giveToWriter();
      writer.add(packet);
    }
    parts.push(writer.take().slice(), runs.take().slice());
  }
  return [Buffer.concat(parts), inRuns];
}

test.each([
  ['all', () => true],
  ['every third', (number: number) => number % 3 === 0],
  ['two of three', (number: number) => number % 3 !== 0],
  ['none', () => false],
])('%s: runs of frames are the bytes that frame by frame would be', async (_, keeps) => {
  for (const magic of [MICRO, NANO, MODIFIED]) {
    for (const little of [true, false]) {
      const file = pcap(FRAMES, { magic, little });
      const [expected] = await copied(file, new PcapWriter('x'), keeps, false);
      const [bytes, inRuns] = await copied(file, new PcapWriter('x'), keeps, true);
      expect(bytes).toEqual(expected);
      expect(inRuns > 0).toBe(expected.length > 0 && little && magic !== MODIFIED);
    }
  }
});

test('frames of another link type, or in other units, are in no run', async () => {
  const packet = new Packet();
  const reader = await openCaptureReader(sourceOf(pcap(FRAMES.slice(0, 1), { magic: MICRO })), 128);
  await reader.fill();
  reader.next(packet);
  const [from] = reader.interfaces;
  const writer = new PcapWriter('x');
  expect(writer.writesAsRead(packet, from!)).toBe(false); // the file has no header yet
  writer.prepare([from!]);
  writer.add(packet);
  expect(writer.writesAsRead(packet, from!)).toBe(true);
  packet.linkType = 113;
  expect(writer.writesAsRead(packet, from!)).toBe(false);
  packet.linkType = 1;
  const nano = new PcapWriter('x');
  nano.prepare([{ ...from!, nanoseconds: true }]);
  nano.add(packet);
  expect(nano.writesAsRead(packet, from!)).toBe(false);
});
