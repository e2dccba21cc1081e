import { describe, expect, test } from 'vitest';
import { type CaptureInterface, NO_OPTIONS } from '../../../src/core/capture/capture-reader.ts';
import { ByteGatherer } from '../../../src/core/capture/capture-writer.ts';
import { journalTime } from '../../../src/core/capture/journal-time.ts';
import { PcapWriter } from '../../../src/core/capture/pcap-writer.ts';
import { PcapngWriter } from '../../../src/core/capture/pcapng-writer.ts';
import { keepsResolution, TimeUnits } from '../../../src/core/capture/time-units.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { Blocks, COMMENT, join, MICRO, NANO, text, words } from '../../support/captures.ts';

const FRAME = Uint8Array.of(1, 2, 3, 4, 5);
const ETHERNET: CaptureInterface = { name: null, linkType: 1, snapLength: 0, nanoseconds: false };
const le = new Blocks(true);

function packetOf({ linkType = 1, seconds = 5, nanoseconds = 6_007_008, length = 9 } = {}): Packet {
  const packet = new Packet();
  packet.begin(join(Uint8Array.of(0), FRAME, Uint8Array.of(0)), 1, 6, length, seconds, nanoseconds, 0, linkType);
  return packet;
}

describe('pcap, byte by byte', () => {
  const header = (magic: number, snapLength: number, linkType = 1) =>
    join(words(true, magic), Uint8Array.of(2, 0, 4, 0), words(true, 0, 0, snapLength, linkType));
  const written = (given: Parameters<typeof packetOf>[0], nanoseconds = false, snapLength = 100) => {
    const writer = new PcapWriter('x.pcap', snapLength);
    writer.prepare([ETHERNET, { ...ETHERNET, nanoseconds }]);
    writer.add(packetOf(given));
    return writer.take().slice();
  };

  test.each<[string, Uint8Array, Uint8Array]>([
    ['microseconds', written({}), join(header(MICRO, 100), words(true, 5, 6007, 5, 9), FRAME)],
    ['nanoseconds', written({}, true), join(header(NANO, 100), words(true, 5, 6_007_008, 5, 9), FRAME)],
    ['no time', written({ seconds: Number.NaN }), join(header(MICRO, 100), words(true, 0, 6007, 5, 9), FRAME)],
    ['before 1970', written({ seconds: -1 }), join(header(MICRO, 100), words(true, 0, 6007, 5, 9), FRAME)],
    ['the second after', written({ seconds: 1 }), join(header(MICRO, 100), words(true, 1, 6007, 5, 9), FRAME)],
  ])('%s', (_what, found, expected) => {
    expect(Buffer.from(found).toString('hex')).toBe(Buffer.from(expected).toString('hex'));
  });

  test('a file without frames, whatever it holds already', () => {
    const writer = new PcapWriter('x.pcap', 7);
    writer.beginEmpty({ ...ETHERNET, linkType: 113, nanoseconds: true });
    writer.beginEmpty(ETHERNET);
    expect([writer.pending, writer.take()]).toEqual([24, header(NANO, 7, 113)]);
    expect(writer.pending).toBe(0);
  });

  test('another link type is refused', () => {
    const writer = new PcapWriter('x.pcap');
    writer.add(packetOf());
    writer.add(packetOf());
    expect(() => writer.add(packetOf({ linkType: 113 }))).toThrow(
      expect.objectContaining({ exit: 65, hint: 'write pcapng' }),
    );
  });
});

describe('pcapng, byte by byte', () => {
  const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const time = (units: number) => ({ high: Math.floor(units / 2 ** 32), low: units % 2 ** 32 });

  test('a frame with comment and options, and what comes with it', () => {
    const writer = new PcapngWriter();
    const from = { ...ETHERNET, name: 'eth0', snapLength: 77, nanoseconds: true };
    writer.prepare([from, { ...ETHERNET, linkType: 113 }], NO_OPTIONS, true);
    const flags = { code: 2, value: Uint8Array.of(1, 0, 0, 0) };
    writer.add(packetOf(), from, 'hi', join(words(true, 2 | (4 << 16), 1)));
    writer.add(packetOf({ seconds: -1 }), from, null, NO_OPTIONS);
    const resolution = { code: 9, value: Uint8Array.of(9) };
    expect(hexOf(writer.take())).toBe(
      hexOf(
        join(
          le.section(),
          le.iface({ snapLength: 77, options: [{ code: 2, value: text('eth0') }, resolution] }),
          le.iface({ linkType: 113 }),
          le.packet(FRAME, {
            ...time(5_006_007_008),
            length: 9,
            options: [{ code: COMMENT, value: text('hi') }, flags],
          }),
          le.packet(FRAME, { length: 9 }),
        ),
      ),
    );
  });

  test('only the interfaces with frames, each in its own units', () => {
    const writer = new PcapngWriter();
    const coarse = { ...ETHERNET, resolution: 3 };
    writer.prepare([ETHERNET, coarse], NO_OPTIONS, false);
    writer.add(packetOf(), coarse, null, NO_OPTIONS);
    writer.add(packetOf(), ETHERNET, null, NO_OPTIONS);
    writer.beginEmpty(ETHERNET);
    expect(hexOf(writer.take())).toBe(
      hexOf(
        join(
          le.section(),
          le.iface({ options: [{ code: 9, value: Uint8Array.of(3) }] }),
          le.packet(FRAME, { ...time(5007), length: 9 }),
          le.iface(),
          le.packet(FRAME, { iface: 1, ...time(5_006_007), length: 9 }),
        ),
      ),
    );
  });

  test('a file without frames, with names and keys', () => {
    const writer = new PcapngWriter();
    writer.addNames(Uint8Array.of(1, 2, 3));
    writer.addSecrets(Uint8Array.of(4, 5, 6, 7));
    writer.beginEmpty(ETHERNET);
    expect(hexOf(writer.take())).toBe(
      hexOf(
        join(le.section(), le.block(4, Uint8Array.of(1, 2, 3)), le.block(10, Uint8Array.of(4, 5, 6, 7)), le.iface()),
      ),
    );
  });
});

test.each<[number, boolean]>([
  [0, true],
  [9, true],
  [10, false],
  [0x80, true],
  [0x80 | 32, true],
  [0x80 | 33, false],
])('times of today have room in units of resolution %i: %j', (resolution, expected) => {
  expect(keepsResolution(resolution)).toBe(expected);
});

test.each<[number, number, number, bigint]>([
  [6, 5, 999_999_999, 5_999_999n],
  [6, 1_700_000_000, 1000, 1_700_000_000_000_001n],
  [3, 5, 1_000_001, 5002n],
  [9, 1_700_000_000, 1, 1_700_000_000_000_000_001n],
  [0x80 | 1, 5, 500_000_000, 11n],
  [0x80 | 32, 1, 1, (1n << 32n) + 5n],
  [6, -1, 5, 0n],
  [9, -1, 5, 0n],
  [9, Number.NaN, 5, 0n],
  [6, 0, 1000, 1n],
  [9, 0, 1, 1n],
])('in units of resolution %i, %d s and %i ns', (resolution, seconds, nanoseconds, expected) => {
  const units = new TimeUnits(resolution);
  units.set(seconds, nanoseconds);
  expect((BigInt(units.high) << 32n) | BigInt(units.low)).toBe(expected);
});

test('bytes are gathered in a buffer that grows', () => {
  const out = new ByteGatherer();
  const first = out.reserve(6);
  out.set16(first, 0x1_0203);
  out.set32(first + 2, 0x0405_0607);
  const second = out.reserve(2 * 1024 * 1024);
  out.set(second, Uint8Array.of(9, 8), 4);
  expect([first, second, out.pending]).toEqual([0, 6, 2 * 1024 * 1024 + 6]);
  expect([...out.take().subarray(0, 11)]).toEqual([3, 2, 7, 6, 5, 4, 9, 8, 0, 0, 0]);
  expect([out.pending, out.reserve(1)]).toEqual([0, 0]);
  out.set(0, Uint8Array.of(1), 1);
  const again = out.reserve(8);
  out.set(again, Uint8Array.of(2), 8);
  expect([...out.take()]).toEqual([1, 2, 0, 0, 0, 0, 0, 0, 0]);
});

test.each<[string, number | null]>([
  ['__REALTIME_TIMESTAMP=1700000000000000\nX=1\n', 1_700_000_000_000_000],
  ['__CURSOR=a\n__REALTIME_TIMESTAMP=7\n', 7],
  ['__REALTIME_TIMESTAMP=7', 7],
  ['__REALTIME_TIMESTAMP=\n', null],
  ['__REALTIME_TIMESTAMP=x7\n', null],
  ['__REALTIME_TIMESTAMP', null],
  ['__REALTIME_TIMESTAMP=9007199254740991\n', 9_007_199_254_740_991],
  ['__REALTIME_TIMESTAMP=9007199254740993\n', null],
  ['__REALTIME_TIMESTAMP=10000000000000000\n', null],
  [`X=${'x'.repeat(65_512)}\n__REALTIME_TIMESTAMP=7\n`, null],
  [`X=${'x'.repeat(65_000)}\n__REALTIME_TIMESTAMP=7\n`, 7],
  ['', null],
])('an entry of the journal: %#', (entry, expected) => {
  const bytes = text(`??${entry}`);
  expect(journalTime(bytes, 2, bytes.length)).toBe(expected);
});
