import { expect, test } from 'vitest';
import { PacketStore } from '../../../src/core/packet/packet-store.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';

const ETH0 = { name: 'eth0', linkType: 1, snapLength: 0, nanoseconds: false };
const PADDING = 600;

/** A store with datagrams of `flows` ports in turn. */
function filled(count: number, limits: { packets: number; bytes: number }, flows = 3): PacketStore {
  const store = new PacketStore([ETH0], limits);
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  for (let n = 0; n < count; n++) {
    const bytes = udpFrame({ srcPort: 4000 + (n % flows), dstPort: 9 }, new Array(PADDING).fill(n % 256));
    packet.begin(bytes, 0, bytes.length, bytes.length, 1000 + n, n, 0, 1);
    dissector.dissect(packet);
    store.add(packet, n % 10 === 0 ? `comment ${n + 1}` : null);
  }
  return store;
}

/** What a store gives back of a packet. */
function loaded(store: PacketStore, number: number): readonly unknown[] {
  const packet = new Packet();
  store.load(number, packet);
  const { frame, frameStart, frameEnd, seconds, nanoseconds, linkType, iface, length } = packet;
  return [packet.number, frame[frameEnd - 1], frameEnd - frameStart, seconds, nanoseconds, linkType, iface, length];
}

test('packets come back as they were, with their numbers', () => {
  const store = filled(5000, { packets: 10_000, bytes: 64 * 1024 * 1024 });
  expect([store.first, store.last, store.count]).toEqual([1, 5000, 5000]);
  const length = PADDING + 42;
  for (const number of [1, 2, 4096, 4097, 5000])
    expect(loaded(store, number)).toEqual([number, (number - 1) % 256, length, 999 + number, number - 1, 1, 0, length]);
  expect([store.commentOf(1), store.commentOf(2), store.commentOf(11)]).toEqual(['comment 1', null, 'comment 11']);
  expect(store.bytes).toBeLessThan(5 * 1024 * 1024);
});

test.each([
  ['of packets', { packets: 6000, bytes: 64 * 1024 * 1024 }, 6000],
  // each megabyte holds 1633 frames
  ['of bytes', { packets: 100_000, bytes: 4 * 1024 * 1024 }, null],
])('beyond a limit %s the oldest go', (_, limits, count) => {
  const store = filled(20_000, limits);
  expect(store.last).toBe(20_000);
  if (count !== null) expect(store.count).toBe(count);
  expect(store.count).toBeGreaterThan(4000);
  expect(store.bytes).toBeLessThanOrEqual(limits.bytes);
  for (let number = store.first; number <= store.last; number += 97)
    expect(loaded(store, number)[1]).toBe((number - 1) % 256);
  expect([store.holds(store.first - 1), store.holds(store.first), store.holds(20_001)]).toEqual([false, true, false]);
  expect(store.firstMoment).toEqual({ seconds: 1000, nanoseconds: 0 });
  expect(store.momentBefore(store.first).seconds).toBe(998 + store.first);
  expect(store.commentOf(1)).toBeNull();
});

test('packets of a stream are found from the last to the first that is held', () => {
  const store = filled(10_000, { packets: 5000, bytes: 64 * 1024 * 1024 });
  const found: number[] = [];
  for (let at = store.lastOf(17, 1); at > 0; at = store.previousOf(at)) found.push(at);
  const wanted = Array.from({ length: 5000 }, (_, index) => 10_000 - index).filter((number) => number % 3 === 2);
  expect(found).toEqual(wanted);
  expect(store.lastOf(17, 3)).toBe(0);
  expect(store.lastOf(6, 1)).toBe(0);
});

test('streams that share a chain are told apart', () => {
  const store = filled(70_000, { packets: 70_000, bytes: 512 * 1024 * 1024 }, 1);
  expect(store.previousOf(70_000)).toBe(69_999);
  const many = new PacketStore([ETH0], { packets: 200_000, bytes: 64 * 1024 * 1024 });
  const packet = new Packet();
  const dissector = new Dissector(REGISTRY);
  for (let n = 0; n < 70_000; n++) {
    const bytes = tcpFrame({ srcPort: n % 65_536, dstPort: n < 65_536 ? 80 : 81, flags: 2, seq: 1 });
    packet.begin(bytes, 0, bytes.length, bytes.length, 1, 0, 0, 1);
    dissector.dissect(packet);
    many.add(packet, null);
  }
  for (let stream = 0; stream < 70_000; stream += 1000) {
    expect(many.lastOf(6, stream)).toBe(stream + 1);
    expect(many.previousOf(stream + 1)).toBe(0);
  }
});

test('what is cleared is gone, and numbers go on', () => {
  const store = filled(100, { packets: 1000, bytes: 64 * 1024 * 1024 });
  store.clear();
  expect([store.count, store.first, store.last, store.bytes]).toEqual([0, 101, 100, 0]);
  expect(store.lastOf(17, 0)).toBe(0);
  const packet = new Packet();
  const bytes = udpFrame({ srcPort: 1, dstPort: 9 }, [7]);
  packet.begin(bytes, 0, bytes.length, bytes.length, 5, 6, 0, 1);
  new Dissector(REGISTRY).dissect(packet);
  store.add(packet, null);
  expect(loaded(store, 101)[1]).toBe(7);
});

test('a frame without a byte, and one longer than a piece of memory', () => {
  const store = new PacketStore([ETH0], { packets: 10, bytes: 1024 * 1024 });
  const packet = new Packet();
  for (const length of [0, 3_000_000, 5]) {
    const bytes = new Uint8Array(length).fill(length % 251);
    packet.begin(bytes, 0, length, length, 1, 0, 0, 147);
    new Dissector(REGISTRY).dissect(packet);
    store.add(packet, null);
  }
  // the long one had to go for the last
  expect([store.first, store.last]).toEqual([3, 3]);
  expect(loaded(store, 3)).toEqual([3, 5, 5, 1, 0, 147, 0, 5]);
});
