import { expect, test } from 'vitest';
import { decodeText } from '../../../src/core/packet/packet-decode.ts';
import { PacketReplay } from '../../../src/core/packet/packet-replay.ts';
import { checkPacketFilter, PacketSearch } from '../../../src/core/packet/packet-search.ts';
import { FILE_LIMITS } from '../../../src/core/packet/packet-store.ts';
import { StoredPackets } from '../../../src/core/packet/stored-packets.ts';
import type { PacketRow } from '../../../src/core/record/tables/packet.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { storeOf } from '../../support/filled-store.ts';
import { netwatch, recordsOf } from '../../support/in-process.ts';
import { longResponse } from '../../support/long-response.ts';

const CAPTURES = [
  'loopback',
  'quic-chacha20',
  'quic-early',
  'quic-key-update',
  'quic-migration',
  'tls-streams',
  'tls-suites',
].map((name) => `test/captures/${name}.pcap`);
const PLAIN = { secrets: null, owners: null };
const never = (): boolean => false;

const printed = async (...options: string[]): Promise<readonly PacketRow[]> =>
  recordsOf<PacketRow>((await netwatch('capture', ...options, '-o', 'ndjson')).out);

test.each(CAPTURES)('records are those that capture prints: %s', async (file) => {
  const wanted = await printed('-r', file);
  const store = await storeOf(file);
  // in pages from the end: nothing that is asked for comes after what was
  const packets = new StoredPackets(store, { ...PLAIN, decrypts: false });
  expect(store.count).toBe(wanted.length);
  for (let last = store.last; last > 0; last -= 50) {
    const numbers = Array.from({ length: Math.min(50, last) }, (_, index) => last - Math.min(50, last) + 1 + index);
    const rows = packets.rows(numbers);
    for (const [index, number] of numbers.entries()) expect(rows[index]).toMatchObject(shown(wanted[number - 1]!));
  }
});

/** A record as it was printed, without what only printed ones have. */
const shown = (row: PacketRow): Partial<PacketRow> =>
  Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'type' && name !== 'schema'));

test.each(
  CAPTURES.flatMap((file) =>
    [
      'tcp',
      'not tcp',
      'port 443 or dns',
      'stream 1',
      'tcp.analysis.flags',
      'length > 200 and rel_s < 0.5',
      'info contains "a"',
      'tls.handshake.extensions_server_name',
    ].map((filter) => [file, filter] as const),
  ),
)('%s: what passes %s is what capture -f prints', async (file, filter) => {
  const wanted = await printed('-r', file, '-f', filter, '--fields', 'number');
  const search = new PacketSearch(await storeOf(file), filter, PLAIN, () => 0);
  search.goOn(never);
  expect(search.isDone).toBe(true);
  expect(search.matches).toEqual(wanted.map(({ number }) => number));
});

test('a search goes on where it was, also in packets that came since', async () => {
  const dissector = new Dissector(REGISTRY);
  const store = await storeOf(CAPTURES[0]!, FILE_LIMITS, dissector);
  const search = new PacketSearch(store, 'tcp', PLAIN, () => 0);
  let looks = 0;
  search.goOn(() => ++looks === 1);
  const before = search.matched;
  expect(search.isDone).toBe(false);
  const replay = new PacketReplay(store, { ...PLAIN, decrypts: false });
  replay.visit(store.lastOf(6, 0));
  store.add(replay.packet, null);
  search.goOn(never);
  expect(search.matched).toBeGreaterThan(before);
  expect(search.matches.at(-1)).toBe(store.last);
});

test('of a store that lost its first packets, streams and findings are those of the first time', async () => {
  const file = CAPTURES[0]!;
  const whole = await printed('-r', file);
  const store = await storeOf(file, { ...FILE_LIMITS, packets: Math.ceil(whole.length / 2) });
  expect(store.first).toBeGreaterThan(1);
  const numbers = Array.from({ length: store.count }, (_, index) => store.first + index);
  const rows = new StoredPackets(store, { ...PLAIN, decrypts: false }).rows(numbers);
  for (const [index, number] of numbers.entries()) {
    const { stream, expert, severity, time, rel_s, delta_s, src, dst } = whole[number - 1]!;
    expect(rows[index]).toMatchObject({ number, stream, severity, time, rel_s, delta_s, src, dst });
    expect([...rows[index]!.expert].sort()).toEqual([...new Set(expert)].sort());
  }
  const stream = whole.at(-1)!.stream!;
  const search = new PacketSearch(store, `stream ${stream}`, PLAIN, () => 0);
  search.goOn(never);
  expect(search.matches).toEqual(
    whole.flatMap((row) => (row.stream === stream && row.number >= store.first ? [row.number] : [])),
  );
});

test('matches that are no longer held are forgotten', async () => {
  const store = await storeOf(CAPTURES[0]!);
  const search = new PacketSearch(store, 'frame', PLAIN, () => 0);
  search.goOn(never);
  store.clear();
  search.forget();
  expect([search.matched, search.matches]).toEqual([0, []]);
});

test('a packet in detail is what capture -V prints, with the bytes of each layer', async () => {
  const store = await storeOf(CAPTURES[0]!);
  const packets = new StoredPackets(store, { ...PLAIN, decrypts: false });
  const replay = new PacketReplay(store, { ...PLAIN, decrypts: false });
  for (let number = store.first; number <= store.last; number++) {
    replay.visit(number);
    const { lines, layers, buffers } = packets.detail(number)!;
    const text = lines.map(({ depth, text: one }) => `${'    '.repeat(depth)}${one}\n`).join('');
    expect(text).toBe(decodeText(replay.packet, replay.rows.faults));
    expect(layers).toHaveLength(replay.packet.layerCount);
    expect(buffers[0]).toHaveLength(replay.packet.frameEnd - replay.packet.frameStart);
    for (const { buffer, start, end } of layers) {
      expect(start).toBeGreaterThanOrEqual(0);
      expect(end).toBeGreaterThanOrEqual(start);
      expect(end).toBeLessThanOrEqual(buffers[buffer]!.length);
    }
  }
  // Ethernet, IPv4 and TCP, as their headers say
  const tcp = store.lastOf(6, 0);
  expect(packets.detail(tcp)!.layers.slice(0, 2)).toEqual([
    { buffer: 0, start: 0, end: 14 },
    { buffer: 0, start: 14, end: 34 },
  ]);
  expect(packets.detail(store.last + 1)).toBeNull();
});

test('a filter that means nothing is refused with its place', () => {
  expect(() => checkPacketFilter('tcp and (', () => 0)).toThrow(expect.objectContaining({ place: expect.anything() }));
  expect(() => checkPacketFilter('tcp.sort == 1', () => 0)).toThrow('tcp.sort');
});

test('what takes long to tell is told plainly first, and as it is when that is known', async () => {
  const store = await storeOf(longResponse(9000));
  const replay = new PacketReplay(store, { ...PLAIN, decrypts: false });
  for (let number = store.first; number <= store.last; number++) replay.visit(number);
  replay.see();
  const wanted = replay.rows.row(replay.packet);
  expect(wanted.layers).toContain('http');

  let asked = 0;
  const packets = new StoredPackets(store, { ...PLAIN, decrypts: false }, () => asked++);
  const first = packets.rows([store.last])[0]!;
  expect([first.number, first.layers.includes('http'), asked, packets.isUnfinished]).toEqual([
    store.last,
    false,
    1,
    true,
  ]);
  // it is asked for again while it is worked on
  expect(packets.rows([store.last])).toEqual([first]);
  let slices = 0;
  for (let isWhole = false; !isWhole; slices++) {
    let steps = 0;
    isWhole = packets.goOn(() => ++steps > 1000);
  }
  expect(slices).toBeGreaterThan(3);
  expect([packets.isUnfinished, packets.rows([store.last]), asked]).toEqual([false, [wanted], 1]);
  expect(packets.goOn(never)).toBe(false);
});
