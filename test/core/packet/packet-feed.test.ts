import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openCaptureReader } from '../../../src/core/capture/open-capture-reader.ts';
import { PacketFeed } from '../../../src/core/packet/packet-feed.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { pcap, sourceOf } from '../../support/captures.ts';
import { udpFrame } from '../../support/frames.ts';

/** A feed of so many packets that rests after each sixteen of them. */
async function feedOf(packets: number): Promise<PacketFeed> {
  const frame = { bytes: udpFrame({ srcPort: 4000, dstPort: 9 }, [1, 2, 3]) };
  const reader = await openCaptureReader(sourceOf(pcap(Array.from({ length: packets }, () => frame))));
  const feed = new PacketFeed(reader, new Dissector(REGISTRY));
  feed.workInSlices({ begin() {}, isOver: () => true, rest: () => turn() });
  return feed;
}

const turns = async (count: number): Promise<void> => {
  for (let one = 0; one < count; one++) await turn();
};

test('no packet is dissected while somebody works with what they told, and all of them are afterwards', async () => {
  const feed = await feedOf(200);
  const ended = feed.run(new AbortController().signal);
  await turns(3);
  const counts: number[] = [];
  const work = async (): Promise<void> => {
    counts.push(feed.count);
    await turns(20);
    counts.push(feed.count);
  };
  await Promise.all([feed.halt(work), feed.halt(work)]);
  expect(new Set(counts).size).toBe(1);
  expect(counts[0]).toBeGreaterThan(0);
  expect(counts[0]).toBeLessThan(200);
  await ended;
  expect(feed.count).toBe(200);
});

test('packets go on when that work fails', async () => {
  const feed = await feedOf(200);
  const ended = feed.run(new AbortController().signal);
  await expect(feed.halt(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await ended;
  expect(feed.count).toBe(200);
});
