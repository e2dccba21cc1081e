import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PacketDesk } from '../../../src/commands/watch/live/packet-desk.ts';
import type { PacketLook } from '../../../src/commands/watch/model/packet-look.ts';
import { PacketFeed } from '../../../src/core/packet/packet-feed.ts';
import { LIVE_LIMITS } from '../../../src/core/packet/packet-store.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { pcap } from '../../support/captures.ts';
import { readerOf } from '../../support/filled-store.ts';
import { udpFrame } from '../../support/frames.ts';
import { longResponse } from '../../support/long-response.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const COUNT = 1000;

/** A desk with packets of two ports in turn, and what it published. `tick` passes at each look at the clock. */
async function desk(tick = 0, count = COUNT, capture: Uint8Array | null = null) {
  const clock = virtualClock();
  const published: { readonly look: PacketLook; readonly isAsked: boolean }[] = [];
  let now = 0;
  const slow = {
    ...clock,
    monotonic() {
      now += tick;
      return clock.monotonic() + now;
    },
  };
  const opened = new PacketDesk(slow, (look, isAsked) => published.push({ look, isAsked }));
  const frames = Array.from({ length: count }, (_, n) => ({
    bytes: udpFrame({ srcPort: 4000 + (n % 2), dstPort: 9 }, [n & 255]),
  }));
  const feed = new PacketFeed(await readerOf(capture ?? pcap(frames)), new Dissector(REGISTRY));
  const last = () => published.at(-1)!;
  return { clock, opened, published, feed, last };
}

test('packets are shown a moment after they came, however many there are', async () => {
  const { clock, opened, published, feed, last } = await desk();
  opened.begin(feed, null, LIVE_LIMITS);
  expect(published.map(({ look }) => look.count)).toEqual([0]);
  await feed.run(new AbortController().signal);
  expect(published).toHaveLength(1);
  await clock.pass(100);
  expect(published).toHaveLength(2);
  expect([last().look.count, last().look.numberAt(999), last().isAsked]).toEqual([COUNT, COUNT, false]);
  expect(clock.timers()).toBe(0);
});

test('packets are dissected in slices, in between others may act', async () => {
  const { opened, feed } = await desk(1);
  opened.begin(feed, null, LIVE_LIMITS);
  const counts = [0];
  let isOver = false;
  void feed.run(new AbortController().signal).then(() => {
    isOver = true;
  });
  while (!isOver) {
    await nextTurn();
    counts.push(feed.count);
  }
  // 5 ms, one at each look at the clock, which is looked at after 16 packets
  expect(Math.max(...counts.map((count, at) => count - (counts[at - 1] ?? 0)))).toBe(80);
  expect(feed.count).toBe(COUNT);
});

test('a filter is searched for in slices, in between others may act', async () => {
  const { clock, opened, published, feed, last } = await desk(1);
  opened.begin(feed, null, LIVE_LIMITS);
  await feed.run(new AbortController().signal);
  await clock.pass(100);
  const before = published.length;
  opened.setFilter('port 4001');
  // 5 ms, one at each look at the clock, one of which begins the slice
  expect([last().look.count, last().look.isSearching, last().isAsked]).toEqual([80, true, true]);
  await clock.pass(1000);
  expect(published.length - before).toBe(Math.ceil(COUNT / 160));
  expect([last().look.count, last().look.isSearching, last().isAsked]).toEqual([COUNT / 2, false, true]);
  expect(last().look.numberAt(0)).toBe(2);
  expect([2, 3, 999, 1000, 5000, 1].map((number) => last().look.indexOf(number))).toEqual([0, 0, 498, 499, 499, -1]);
  expect(clock.timers()).toBe(0);
});

test('a look stays as it was, whatever comes', async () => {
  const { clock, opened, feed, last } = await desk();
  opened.begin(feed, null, { packets: 100, bytes: 1024 * 1024 });
  await feed.fill();
  for (let n = 0; n < 100; n++) feed.next();
  await clock.pass(100);
  const { look } = last();
  feed.drain();
  await clock.pass(100);
  expect([look.count, look.numberAt(0), look.held, look.seen]).toEqual([100, 1, 100, 100]);
  expect(look.rows(0, 2)).toEqual([null, null]);
  expect([last().look.numberAt(0), last().look.held, last().look.seen]).toEqual([901, 100, COUNT]);
});

test('the filter holds for the capture that begins after it', async () => {
  const { clock, opened, feed, last } = await desk();
  opened.setFilter('port 4000', false);
  opened.begin(feed, null, LIVE_LIMITS);
  await feed.run(new AbortController().signal);
  await clock.pass(200);
  expect([last().look.count, last().look.held]).toEqual([COUNT / 2, COUNT]);
  opened.clear();
  expect([last().look.count, last().look.held, last().look.seen]).toEqual([0, 0, 0]);
});

test('after the end nothing is shown and no timer is left', async () => {
  const { clock, opened, published, feed } = await desk();
  opened.begin(feed, null, LIVE_LIMITS);
  await feed.fill();
  feed.next();
  opened.stop();
  feed.drain();
  await clock.pass(1000);
  expect([published.length, clock.timers()]).toEqual([1, 0]);
});

test('while packets are kept, those that are held stay, and others are counted as lost', async () => {
  const { clock, opened, feed, last } = await desk();
  opened.begin(feed, null, { packets: 100, bytes: 1024 * 1024 });
  await feed.fill();
  for (let n = 0; n < 60; n++) feed.next();
  opened.keep(true);
  for (let n = 0; n < 60; n++) feed.next();
  await clock.pass(100);
  expect([last().look.numberAt(0), last().look.count, last().look.seen]).toEqual([1, 100, 120]);
  opened.keep(false);
  feed.next();
  expect([opened.look()!.numberAt(0), opened.look()!.count, opened.look()!.seen]).toEqual([2, 100, 121]);
});

test('packets that have just come are no search that somebody waits for; many are', async () => {
  const { clock, opened, feed } = await desk(0, 6000);
  opened.begin(feed, null, LIVE_LIMITS);
  await feed.fill();
  for (let n = 0; n < 100; n++) feed.next();
  opened.setFilter('port 4001');
  await clock.pass(100);
  const found = (): unknown => [opened.look()!.count, opened.look()!.isSearching];
  expect(found()).toEqual([50, false]);
  for (let n = 0; n < 100; n++) feed.next();
  expect(found()).toEqual([50, false]);
  expect(opened.look()!.isCounted).toBe(false);
  await clock.pass(100);
  expect(found()).toEqual([100, false]);
  feed.drain();
  await feed.run(new AbortController().signal);
  expect(found()).toEqual([100, true]);
  await clock.pass(1000);
  expect(found()).toEqual([3000, false]);
});

test('a packet that is shown plainly at first is shown as it is a moment later, and at once', async () => {
  const { clock, opened, published, feed, last } = await desk(0, 0, longResponse(9000));
  opened.begin(feed, null, LIVE_LIMITS);
  await feed.run(new AbortController().signal);
  await clock.pass(1000);
  const number = last().look.numberAt(last().look.count - 1);
  expect(last().look.row(number)!.layers).not.toContain('http');
  const before = published.length;
  await clock.pass(1000);
  expect(published.slice(before).map(({ isAsked }) => isAsked)).toEqual([true]);
  expect(last().look.row(number)!.layers).toContain('http');
  expect(clock.timers()).toBe(0);
});

test('a frame tells a count that is whole, or that it is still being made', async () => {
  const { clock, opened, feed } = await desk();
  opened.begin(feed, null, LIVE_LIMITS);
  opened.setFilter('port 4001');
  for (let n = 0; n < 100; n++) feed.next();
  expect([opened.look()!.count, opened.look()!.held, opened.look()!.isCounted]).toEqual([0, 100, false]);
  const fresh = opened.freshLook()!;
  expect([fresh.count, fresh.held, fresh.isCounted]).toEqual([50, 100, true]);
  await clock.pass(1000);
});

test('a frame does not wait for a long search', async () => {
  const { opened, feed } = await desk(1);
  opened.begin(feed, null, LIVE_LIMITS);
  for (let n = 0; n < 1000; n++) feed.next();
  opened.setFilter('port 4001');
  const before = opened.look()!.count;
  const fresh = opened.freshLook()!;
  expect([fresh.count > before, fresh.count < 500, fresh.isCounted]).toEqual([true, true, false]);
});
