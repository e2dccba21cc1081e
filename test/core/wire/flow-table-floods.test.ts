import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openCaptureReader } from '../../../src/core/capture/open-capture-reader.ts';
import { PktapOwners } from '../../../src/core/packet/packet-owners.ts';
import { OPENERS } from '../../../src/core/stats/all.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { EndpointHash } from '../../../src/core/wire/endpoint-hash.ts';
import type { Flow } from '../../../src/core/wire/flow.ts';
import { FlowTable } from '../../../src/core/wire/flow-table.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { pcap, sourceOf } from '../../support/captures.ts';
import { ethernet, udp } from '../../support/headers.ts';
import { folded, foldingAddresses, seededWords, type Words } from '../../support/hostile-addresses.ts';
import { WatchedSlots } from '../../support/watched-slots.ts';

const UDP = 17;
/** Slots in a row that are taken, in a table that is half full: for chosen addresses as for any others. */
const MOST_IN_A_ROW = 256;
const TARGET: Words = [0x20010db8, 0, 0, 1];
const count = 40_000;

function from(source: Words, packet = new Packet()): Packet {
  [packet.src0, packet.src1, packet.src2, packet.src3] = source;
  [packet.dst0, packet.dst1, packet.dst2, packet.dst3] = TARGET;
  packet.ipVersion = 6;
  return packet;
}

/** Flows of these sources, each from port 1 to port 53, and how often a seed was taken. */
function flood(
  sources: readonly Words[],
  { random, times } = seededWords(7),
): { readonly table: FlowTable; readonly slots: WatchedSlots; readonly seeds: number } {
  const slots = new WatchedSlots();
  const table = new FlowTable({ random, makeSlots: slots.make });
  const packet = new Packet();
  for (const source of sources) table.of(from(source, packet), UDP, 1, 53);
  expect(table.flows.length).toBe(sources.length);
  return { table, slots, seeds: times() };
}

test('sources that fell into one slot of a table without a secret lie apart', () => {
  const sources = foldingAddresses(count);
  expect(new Set(sources.map(folded))).toEqual(new Set([0]));
  const { slots, seeds } = flood(sources);
  expect(slots.longestRun()).toBeLessThan(MOST_IN_A_ROW);
  expect(seeds).toBeLessThan(10); // that of the beginning, and one each time it grew
});

/** Sources whose flows to the target point to one of the first slots, for whoever knows the seed. */
function sourcesForSeed(seed: number, wanted: number): Words[] {
  const hash = new EndpointHash(seededWords(seed).random);
  const target = hash.ofIpv6(...TARGET, 53);
  const found: Words[] = [];
  for (let index = 0; found.length < wanted; index++) {
    const source: Words = [0x20010db8, 0, 0, index];
    if (((hash.ofIpv6(...source, 1) + target + UDP) & 4095) === 0) found.push(source);
  }
  return found;
}

test('of sources that were chosen for the seed, so few lie in a row that another seed is taken', () => {
  const sources = sourcesForSeed(7, 1000);
  const others = flood(sources, seededWords(8));
  const { slots, seeds } = flood(sources);
  expect(slots.longestRun()).toBeLessThan(MOST_IN_A_ROW);
  expect([others.seeds, seeds]).toEqual([1, 2]);
});

test('were every seed known, they would be taken seldom all the same, and no flow would be lost', () => {
  const sources = sourcesForSeed(7, 1000);
  let times = 0;
  const { table, slots } = flood(sources, {
    random: (words) => {
      times++;
      seededWords(7).random(words);
    },
    times: () => times,
  });
  expect(slots.longestRun()).toBeGreaterThanOrEqual(1000);
  expect(times).toBeLessThan(20); // a quarter more flows before each
  const first = table.flows[0]!;
  expect(table.find(from(sources[0]!), UDP, 1, 53)).toBe(first);
});

test('halves that change places between the two ends do not fall together', () => {
  const slots = new WatchedSlots();
  const table = new FlowTable({ random: seededWords(3).random, makeSlots: slots.make });
  const packet = new Packet();
  packet.ipVersion = 6;
  const [a, b] = [
    [0x00010002, 0x00030004, 0x00050006, 0x00070008],
    [0x11111112, 0x11131114, 0x11151116, 0x11171118],
  ] as const;
  for (let swapped = 0; swapped < 256; swapped++) {
    const ends = [0, 1, 2, 3].map((word) => {
      const mask = ((swapped >> (2 * word)) & 1 ? 0xffff : 0) | ((swapped >> (2 * word)) & 2 ? 0xffff0000 : 0);
      const change = (a[word]! ^ b[word]!) & mask;
      return [a[word]! ^ change, b[word]! ^ change] as const;
    });
    [packet.src0, packet.src1, packet.src2, packet.src3] = ends.map(([one]) => one) as unknown as Words;
    [packet.dst0, packet.dst1, packet.dst2, packet.dst3] = ends.map(([, other]) => other) as unknown as Words;
    table.of(packet, UDP, 53, 53);
  }
  expect(table.flows.length).toBe(128); // either way is one flow
  expect(slots.longestRun()).toBeLessThan(20);
});

const endpoint = fc.record({
  word: fc.constantFrom(0, 1, -1, 0x0a000001),
  last: fc.constantFrom(0, 9),
  port: fc.constantFrom(1, 80),
});
const step = fc.record({
  ask: fc.constantFrom('of', 'of', 'of', 'find', 'renew', 'release'),
  version: fc.constantFrom(4, 6),
  transport: fc.constantFrom(6, 17),
  source: endpoint,
  target: endpoint,
});
const allZeros = (words: Int32Array): void => {
  words.fill(0);
};

test.each([
  ['a seed', () => seededWords(5).random],
  ['a seed under which all hashes are alike', () => allZeros],
])('it answers as a map of texts does, under %s', (_, randomOf) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const table = new FlowTable({ random: randomOf() });
      const known = new Map<string, Flow>();
      const seen = new Set<Flow>();
      steps.forEach(({ ask, version, transport, source, target }, number) => {
        const packet = new Packet();
        const lasts = version === 6 ? [source.last, target.last] : [0, 0];
        Object.assign(packet, { number, ipVersion: version, src0: source.word, dst0: target.word });
        [packet.src3, packet.dst3] = lasts as [number, number];
        const ends = [`${source.word} ${lasts[0]} ${source.port}`, `${target.word} ${lasts[1]} ${target.port}`];
        const key = `${version} ${transport} ${[...ends].sort().join()}`;
        const before = known.get(key);
        if (ask === 'release') {
          table.release(({ stream }) => stream % 3 === 0);
          for (const [one, flow] of known) if (flow.stream % 3 === 0) known.delete(one);
          return;
        }
        if (ask === 'find') {
          expect(table.find(packet, transport, source.port, target.port)).toBe(before ?? null);
          return;
        }
        if (ask === 'renew' && before === undefined) return;
        const flow =
          ask === 'of'
            ? table.of(packet, transport, source.port, target.port)
            : table.renew(packet, transport, source.port, target.port);
        const isNew = ask === 'renew' || before === undefined;
        if (isNew) expect(seen.has(flow)).toBe(false);
        else expect(flow).toBe(before);
        const isOfA = isNew || (flow.aPort === source.port && flow.a0 === source.word && flow.a3 === lasts[0]);
        expect(packet.direction).toBe(isOfA ? 0 : 1);
        expect(before === undefined || before.isOver).toBe(before === undefined || ask === 'renew');
        known.set(key, flow);
        seen.add(flow);
      });
      const current = new Set(known.values());
      const alive = [...seen].filter((flow) => current.has(flow));
      expect(table.flows.filter(({ isOver }) => !isOver)).toEqual(alive);
    }),
  );
});

test('order and numbers of flows do not depend on the seed', () => {
  const told = [1, 2, 3].map((seed) =>
    flood(foldingAddresses(10_000), seededWords(seed)).table.flows.map(({ stream, a3, aPort }) => [stream, a3, aPort]),
  );
  expect(told[1]).toEqual(told[0]);
  expect(told[2]).toEqual(told[0]);
});

test('a capture of 40,000 hostile packets is counted within the same few looks', async () => {
  const words = ([w0, w1, w2, w3]: Words): number[] =>
    [w0, w1, w2, w3].flatMap((word) => [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255]);
  const datagram = udp(1, 9, [0]);
  const frames = foldingAddresses(count).map((source) => ({
    bytes: Uint8Array.from(
      ethernet(0x86dd, [0x60, 0, 0, 0, 0, datagram.length, 17, 64, ...words(source), ...words(TARGET), ...datagram]),
    ),
  }));
  const reader = await openCaptureReader(sourceOf(pcap(frames)));
  const slots = new WatchedSlots();
  const dissector = new Dissector(REGISTRY, { flows: new FlowTable({ makeSlots: slots.make }) });
  const packet = new Packet();
  const statistics = (['conversations', 'endpoints', 'protocols'] as const).map((name) =>
    OPENERS[name]({ bucketMs: 1000, owners: new PktapOwners() }),
  );
  while (await reader.fill()) {
    while (reader.next(packet)) {
      dissector.dissect(packet);
      for (const statistic of statistics) statistic.ingest?.(packet);
    }
  }
  const rows = statistics.map((one) =>
    one.sections({ dissector, reader, file: 'x.pcap' }).reduce((sum, section) => sum + [...section.rows].length, 0),
  );
  expect(rows.slice(0, 2)).toEqual([count, count + 1]);
  expect(slots.longestRun()).toBeLessThan(MOST_IN_A_ROW);
});
