import { describe, expect, test } from 'vitest';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { FragmentTable } from '../../../src/core/wire/fragments.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { cpuMsOf } from '../../support/cpu-time.ts';
import { ascii, ethernet, ipv4, ipv6, u16, u32, udp } from '../../support/headers.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { tsharkFields } from '../../support/tshark.ts';
import { damageFile, dissectFrame, everyPrefixAndFlip, pathOf } from '../../support/wire.ts';

const TEXT = 'abcdefghijklmnopqrstuvwxyz0123456789.,;:'; // 48 bytes with the header of UDP
const DATAGRAM = udp(40_000, 40_001, ascii(TEXT));
const OTHER = DATAGRAM.map((byte, index) => (index < 8 ? byte : 0x2d));

interface Piece {
  readonly id?: number;
  readonly protocol?: number;
  readonly last?: boolean;
  readonly bytes?: readonly number[];
  readonly from?: readonly number[];
}

/** [start, end) of the datagram. */
function piece(start: number, end: number, given: Piece = {}): number[] {
  const { id = 1, protocol = 17, last = end >= DATAGRAM.length, bytes = DATAGRAM, from = [10, 0, 0, 1] } = given;
  return ethernet(0x0800, ipv4(protocol, bytes.slice(start, end), { id, offset: start, more: !last, from }));
}

/** RFC 8200, 4.5. */
function piece6(start: number, end: number, { id = 1, last = end >= DATAGRAM.length, bytes = DATAGRAM }: Piece = {}) {
  const header = [17, 0, ...u16(start | (last ? 0 : 1)), ...u32(id)];
  return ethernet(0x86dd, ipv6(44, [...header, ...bytes.slice(start, end)]));
}

/** What each frame is to be: `-` for a fragment, else the text that the datagram holds. */
const CASES: [name: string, frames: number[][], expected: string[]][] = [
  ['in order', [piece(0, 16), piece(16, 32), piece(32, 48)], ['-', '-', TEXT]],
  ['the last one first', [piece(32, 48), piece(16, 32), piece(0, 16)], ['-', '-', TEXT]],
  ['the middle one last', [piece(0, 16), piece(32, 48), piece(16, 32)], ['-', '-', TEXT]],
  ['one twice', [piece(0, 16), piece(0, 16), piece(16, 48)], ['-', '-', TEXT]],
  ['overlap', [piece(0, 32), piece(16, 48)], ['-', TEXT]],
  ['one inside another', [piece(0, 40), piece(8, 16), piece(40, 48)], ['-', '-', TEXT]],
  [
    'overlap of other bytes behind',
    [piece(0, 32), piece(16, 48, { bytes: OTHER })],
    ['-', `${TEXT.slice(0, 24)}${'-'.repeat(16)}`],
  ],
  ['the same place with other bytes', [piece(0, 16), piece(0, 16, { bytes: OTHER }), piece(16, 48)], ['-', '-', TEXT]],
  [
    'ids apart',
    [piece(0, 16), piece(16, 48, { id: 2 }), piece(0, 16, { id: 2 }), piece(16, 48)],
    ['-', '-', TEXT, TEXT],
  ],
  ['protocols apart', [piece(0, 16), piece(16, 48, { protocol: 18 }), piece(16, 48)], ['-', '-', TEXT]],
  ['senders apart', [piece(0, 16), piece(16, 48, { from: [10, 0, 0, 3] }), piece(16, 48)], ['-', '-', TEXT]],
  ['an id used again', [piece(0, 16), piece(16, 48), piece(0, 16), piece(16, 48)], ['-', TEXT, '-', TEXT]],
  ['a gap that stays', [piece(0, 16), piece(32, 48)], ['-', '-']],
  ['IPv6', [piece6(0, 16), piece6(32, 48), piece6(16, 32)], ['-', '-', TEXT]],
  ['IPv6, ids apart', [piece6(0, 16), piece6(16, 48, { id: 2 }), piece6(16, 48)], ['-', '-', TEXT]],
  ['IPv6, a fragment that is the whole (RFC 6946)', [piece6(0, 48)], [TEXT]],
];

function textOf(packet: Packet): string {
  if (packet.transport !== 17) return '-';
  return Buffer.from(packet.payloadBytes.subarray(packet.payloadStart, packet.payloadEnd)).toString('latin1');
}

describe.each(CASES)('%s', (_, frames, expected) => {
  test('is put together', () => {
    const dissector = new Dissector(REGISTRY);
    const said = frames.map((bytes) => textOf(dissectFrame(Uint8Array.from(bytes), 1, dissector)));
    expect(said).toEqual(expected);
  });
});

/** The frame with the first byte of its identification set: of one capture, no case knows of another. */
function apart(frame: readonly number[], index: number): Uint8Array {
  const bytes = Uint8Array.from(frame);
  bytes[bytes[12] === 8 ? 18 : 58] = index;
  return bytes;
}

test.skipIf(toolIsMissing('tshark'))('tshark puts together the same', () => {
  const frames = CASES.flatMap(([, pieces], index) => pieces.map((frame) => ({ bytes: apart(frame, index) })));
  const said = tsharkFields(frames, ['udp.payload']);
  const texts = said.map((line) => (line === '' ? '-' : Buffer.from(line, 'hex').toString('latin1')));
  expect(texts).toEqual(CASES.flatMap(([, , expected]) => expected));
});

test('a fragment that the capture cut is no part of a datagram', () => {
  const dissector = new Dissector(REGISTRY);
  const cut = Uint8Array.from(piece(0, 24));
  dissectFrame(cut.subarray(0, cut.length - 1), 1, dissector, { length: cut.length });
  expect(textOf(dissectFrame(Uint8Array.from(piece(24, 48)), 1, dissector))).toBe('-');
  expect(textOf(dissectFrame(cut, 1, dissector))).toBe(TEXT);
});

test('fragments wait for a minute (RFC 791, 3.2)', () => {
  const whole = (seconds: number): string => {
    const dissector = new Dissector(REGISTRY);
    dissectFrame(Uint8Array.from(piece(0, 16)), 1, dissector, { seconds: 1000 });
    return textOf(dissectFrame(Uint8Array.from(piece(16, 48)), 1, dissector, { seconds: 1000 + seconds }));
  };
  expect([whole(59), whole(61)]).toEqual([TEXT, '-']);
});

test('nothing reaches past 65,535 bytes', () => {
  const dissector = new Dissector(REGISTRY);
  const far = ethernet(0x0800, ipv4(17, new Array<number>(16).fill(0), { id: 1, offset: 65_528 }));
  const packet = dissectFrame(Uint8Array.from(far), 1, dissector);
  expect(pathOf(packet)).toBe('eth/ip');
});

/** A fragment of 8 bytes at `at` of datagram `key`. */
function add(table: FragmentTable, key: string, at: number, more = true): boolean {
  const packet = new Packet();
  packet.begin(new Uint8Array(8), 0, 8, 8, 0, 0, 0, 1);
  packet.rewind();
  return table.add(packet, key, at, more, 17) === 17;
}

test('a datagram in the smallest fragments, every other one first, takes no longer than others', () => {
  const table = new FragmentTable();
  const cpuMs = cpuMsOf(() => {
    for (let at = 65_520; at >= 0; at -= 16) add(table, 'a', at);
    for (let at = 8; at < 65_520; at += 16) add(table, 'a', at);
  });
  expect(add(table, 'a', 65_512, true)).toBe(false);
  expect(add(table, 'a', 65_520, false)).toBe(true);
  expect(cpuMs).toBeLessThan(1000);
});

test('the oldest datagrams give way when there are too many', () => {
  const table = new FragmentTable();
  for (let index = 0; index < 65_535; index++) add(table, `${index}`, 0);
  expect(table.evicted).toBe(0);
  add(table, 'one more', 0);
  expect(table.evicted).toBe(1);
  expect(add(table, '1', 8, false)).toBe(true);
  expect(add(table, '0', 8, false)).toBe(false);
});

test('the oldest datagrams give way when they hold 32 MiB', () => {
  const table = new FragmentTable();
  for (let index = 0; index < 600; index++) add(table, `${index}`, 65_520);
  expect(table.evicted).toBeGreaterThan(600 - (32 * 1024) / 63);
  expect(table.evicted).toBeLessThan(600 - 500);
  expect(add(table, '599', 65_528, false)).toBe(false);
});

test.each([
  ['IPv4', piece(16, 48)],
  ['IPv6', piece6(16, 48)],
])('damage to a fragment of %s does no harm', async (name, bytes) => {
  const damage = everyPrefixAndFlip(Uint8Array.from(bytes));
  await expect(damage).toMatchFileSnapshot(damageFile(`fragment of ${name}`));
});

test('the first fragment of a datagram that was cut is read as far as it goes', () => {
  const query = udp(40_000, 53, [...new Array<number>(12).fill(0), ...ascii(TEXT)]);
  const first = ethernet(0x0800, ipv4(17, query, { more: true, total: 1500 }));
  const later = ethernet(0x0800, ipv4(17, query, { offset: 1480, more: true, total: 1500 }));
  expect(pathOf(dissectFrame(Uint8Array.from(first)))).toBe('eth/ip/udp/dns');
  expect(pathOf(dissectFrame(Uint8Array.from(later)))).toBe('eth/ip');
  const header = [17, 0, ...u16(1), ...u32(1)];
  const first6 = ethernet(0x86dd, ipv6(44, [...header, ...query], 1400));
  expect(pathOf(dissectFrame(Uint8Array.from(first6)))).toBe('eth/ipv6/udp/dns');
});

describe('the next header of the first fragment counts, whatever the others say (RFC 8200, 4.5)', () => {
  const OPTIONS = [17, 0, 1, 4, 0, 0, 0, 0, ...DATAGRAM];
  const NO_NEXT = 59;
  /** A piece of `bytes` that says `next`. */
  const says = (next: number, start: number, end: number, bytes: readonly number[] = DATAGRAM): Uint8Array => {
    const place = u16(start | (end < bytes.length ? 1 : 0));
    return Uint8Array.from(ethernet(0x86dd, ipv6(44, [next, 0, ...place, ...u32(7), ...bytes.slice(start, end)])));
  };
  const last = (frames: readonly Uint8Array[]): string => {
    const dissector = new Dissector(REGISTRY);
    return frames.map((bytes) => textOf(dissectFrame(bytes, 1, dissector))).at(-1)!;
  };

  test.each([
    ['no next header behind', [says(17, 0, 16), says(NO_NEXT, 16, 48)]],
    ['no next header behind, the first one last', [says(NO_NEXT, 16, 48), says(17, 0, 16)]],
    ['TCP in the middle', [says(17, 0, 16), says(17, 32, 48), says(6, 16, 32)]],
    ['hop-by-hop options behind', [says(17, 0, 16), says(0, 16, 48)]],
    ['options before the datagram', [says(60, 0, 16, OPTIONS), says(17, 16, 56, OPTIONS)]],
    ['options before the datagram, in order of age', [says(17, 16, 56, OPTIONS), says(60, 0, 16, OPTIONS)]],
    ['the first one again, saying something else', [says(17, 0, 16), says(6, 0, 16), says(6, 16, 48)]],
  ])('%s', (_, frames) => expect(last(frames)).toBe(TEXT));

  test('another protocol in the first one is what it says', () => {
    expect(last([says(NO_NEXT, 0, 16), says(17, 16, 48)])).toBe('-');
  });
});
