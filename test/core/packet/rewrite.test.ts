import { describe, expect, test } from 'vitest';
import type { CaptureWriter } from '../../../src/core/capture/capture-writer.ts';
import { openCaptureReader } from '../../../src/core/capture/open-capture-reader.ts';
import { PcapWriter } from '../../../src/core/capture/pcap-writer.ts';
import { PcapngWriter } from '../../../src/core/capture/pcapng-writer.ts';
import { PacketFeed } from '../../../src/core/packet/packet-feed.ts';
import { compilePacketFilter } from '../../../src/core/packet/packet-filter.ts';
import { rewrite } from '../../../src/core/packet/rewrite.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import {
  Blocks,
  COMMENT,
  join,
  MICRO,
  NANO,
  pcap,
  readCapture,
  sourceOf,
  text,
  words,
} from '../../support/captures.ts';
import { udpFrame } from '../../support/frames.ts';
import { hex } from '../../support/wire.ts';

const ONE = hex('0102030405');
const TWO = hex('aabbcc');
const le = new Blocks(true);
const be = new Blocks(false);
const IF_NAME = 2;
const IF_TSRESOL = 9;

interface Copied {
  readonly file: Uint8Array;
  readonly read: number;
  readonly written: number;
}

async function copy(
  from: Uint8Array,
  writer: CaptureWriter,
  { filter = null as string | null, most = Number.POSITIVE_INFINITY, signal = new AbortController().signal } = {},
): Promise<Copied> {
  const parts: Uint8Array[] = [];
  const sink = { write: async (bytes: Uint8Array) => void parts.push(bytes.slice()) };
  const reader = await openCaptureReader(sourceOf(from), 4096);
  const predicate = filter === null ? null : compilePacketFilter(filter);
  const dissector = new Dissector(REGISTRY, { applications: predicate?.needsApplications ?? false });
  const { read, written } = await rewrite(new PacketFeed(reader, dissector), writer, sink, signal, {
    filter: predicate,
    most,
    annotate: null,
    packetBuffered: false,
  });
  return { file: join(...parts), read, written };
}

describe.each([
  ['microseconds', MICRO],
  ['nanoseconds', NANO],
])('a pcap file in %s', (_name, magic) => {
  const frames = [
    { bytes: ONE, seconds: 1_700_000_000, fraction: 123_456, length: 60 },
    { bytes: TWO, seconds: 0xffff_ffff, fraction: 999_999 },
    { bytes: new Uint8Array(0), length: 1500 },
  ];
  const file = pcap(frames, { magic, linkType: 113, snapLength: 96 });

  test('is the same file again, from either byte order', async () => {
    expect((await copy(file, new PcapWriter('x', 96))).file).toEqual(file);
    const big = pcap(frames, { magic, little: false, linkType: 113, snapLength: 96 });
    expect((await copy(big, new PcapWriter('x', 96))).file).toEqual(file);
  });

  test('through pcapng and back it is the same file again', async () => {
    const { file: ng } = await copy(file, new PcapngWriter());
    const { frames: through } = await readCapture(ng);
    expect(through).toEqual((await readCapture(file)).frames);
    expect((await copy(ng, new PcapWriter('x', 96))).file).toEqual(file);
  });
});

/** Two sections of different byte orders, names, comments, keys and resolutions. */
const RICH = join(
  be.section(),
  be.iface({
    linkType: 101,
    options: [
      { code: IF_NAME, value: text('wlan0') },
      { code: IF_TSRESOL, value: hex('09') },
    ],
  }),
  be.block(10, join(words(false, 0x544c534b, 4), text('abcd'))),
  be.packet(ONE, { low: 1_000_000_007, length: 60, options: [{ code: COMMENT, value: text('ünsafe\x1b') }] }),
  le.section(),
  le.iface({ linkType: 113, snapLength: 96 }),
  le.packet(TWO, { high: 7, low: 9 }),
);

test('pcapng keeps interfaces, comments, keys, times and lengths', async () => {
  const before = await readCapture(RICH);
  const { file, read, written } = await copy(RICH, new PcapngWriter());
  const after = await readCapture(file);
  expect([read, written]).toEqual([2, 2]);
  expect(after.frames).toEqual(before.frames);
  expect(after.problems).toEqual([]);
  expect(after.reader.secrets).toEqual(before.reader.secrets);
  expect(after.reader.interfaces).toMatchObject([
    { name: 'wlan0', linkType: 101, snapLength: 0, nanoseconds: true },
    { name: null, linkType: 113, snapLength: 96, nanoseconds: false },
  ]);
  expect((await copy(file, new PcapngWriter())).file).toEqual(file);
});

test('pcap holds one link type, and says so', async () => {
  await expect(copy(RICH, new PcapWriter('out.pcap'))).rejects.toMatchObject({
    exit: 65,
    message: 'out.pcap: pcap holds one link type, and there are RAW and LINUX_SLL',
    hint: 'write pcapng',
  });
});

test('without a snap length a pcap file cuts no frame', async () => {
  const { reader } = await readCapture((await copy(RICH.slice(0, -44), new PcapWriter('x'))).file);
  expect(reader.interfaces[0]!.snapLength).toBe(262_144);
});

test('frames without a time, or before 1970, get the beginning of time', async () => {
  const early = [{ code: 14, value: hex('f6ffffffffffffff') }];
  const file = join(
    le.section(),
    le.iface(),
    le.simplePacket(TWO),
    le.iface({ options: early }),
    le.packet(TWO, { iface: 1, low: 5 }),
  );
  for (const writer of [new PcapWriter('x'), new PcapngWriter()]) {
    expect((await readCapture((await copy(file, writer)).file)).frames).toMatchObject([
      { time: '0.000000000', bytes: 'aabbcc' },
      { bytes: 'aabbcc', iface: writer instanceof PcapWriter ? 0 : 1, time: expect.stringMatching(/^0\./) },
    ]);
  }
});

test('blocks of others, which have no link type, are no packets of pcap, and stay what they are in pcapng', async () => {
  const custom = le.block(0x0bad, hex('00007ed9 01020304'));
  const notCopied = le.block(0x40000bad, hex('00007ed9 01020304'));
  const from = join(le.section(), custom, le.iface(), notCopied, custom, le.packet(TWO));
  const pcapCopy = await copy(from, new PcapWriter('x'));
  expect([pcapCopy.read, pcapCopy.written]).toEqual([4, 1]);
  expect((await readCapture(pcapCopy.file)).frames).toMatchObject([{ bytes: 'aabbcc', linkType: 1 }]);
  const { file, read, written } = await copy(from, new PcapngWriter());
  expect([read, written]).toEqual([4, 3]);
  expect(file).toEqual(join(le.section(), custom, le.iface(), custom, le.packet(TWO)));
});

test('a comment past what an option holds is cut between two characters', async () => {
  const options = [{ code: COMMENT, value: text('é'.repeat(32_767)) }];
  const file = join(le.section(), le.iface(), le.packet(TWO, { options }));
  const { frames } = await readCapture((await copy(file, new PcapngWriter())).file);
  expect(frames[0]!.comment).toBe('é'.repeat(32_767));
});

describe('which packets', () => {
  const dns = udpFrame({ srcPort: 4000, dstPort: 53 }, [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 120, 0, 0, 1, 0, 1]);
  const other = udpFrame({ srcPort: 4000, dstPort: 9 }, [1]);
  const file = pcap([{ bytes: other }, { bytes: dns }, { bytes: other }, { bytes: dns }]);
  const lengths = async (copied: Copied): Promise<number[]> =>
    (await readCapture(copied.file)).frames.map(({ length }) => length);

  test.each([
    ['dns', [dns.length, dns.length]],
    ['port 9', [other.length, other.length]],
    ['contains "nowhere"', []],
  ])('%s', async (filter, expected) => {
    const copied = await copy(file, new PcapWriter('x'), { filter });
    expect([copied.read, copied.written]).toEqual([4, expected.length]);
    expect(await lengths(copied)).toEqual(expected);
  });

  test('only so many, and no more are read', async () => {
    const copied = await copy(file, new PcapWriter('x'), { filter: 'dns', most: 1 });
    expect([copied.read, copied.written]).toEqual([2, 1]);
    expect(await lengths(copied)).toEqual([dns.length]);
  });

  test('none make a whole, empty capture', async () => {
    for (const writer of [new PcapWriter('x'), new PcapngWriter()]) {
      const { reader, frames } = await readCapture((await copy(file, writer, { filter: 'arp' })).file);
      expect(frames).toEqual([]);
      expect(reader.interfaces).toMatchObject([{ linkType: 1 }]);
    }
  });

  test('what was read when it is interrupted is a whole capture', async () => {
    const { frames, problems } = await readCapture(
      (await copy(file, new PcapWriter('x'), { signal: AbortSignal.abort() })).file,
    );
    expect([frames, problems]).toEqual([[], []]);
  });
});

test('pcap has nanoseconds when any of the interfaces has them that are known at its first frame', async () => {
  const nano = { options: [{ code: IF_TSRESOL, value: hex('09') }] };
  const mixed = join(
    le.section(),
    le.iface(),
    le.iface(nano),
    le.packet(TWO, { low: 1_000_001 }),
    le.packet(ONE, { iface: 1, low: 2_000_000_003 }),
  );
  const { reader, frames } = await readCapture((await copy(mixed, new PcapWriter('x'))).file);
  expect([reader.format, frames.map(({ time }) => time)]).toEqual(['nsecpcap', ['1.000001000', '2.000000003']]);
  const late = join(
    le.section(),
    le.iface(),
    le.packet(TWO, { low: 1_000_001 }),
    le.iface(nano),
    le.packet(ONE, { iface: 1, low: 2_000_000_003 }),
  );
  expect((await readCapture((await copy(late, new PcapWriter('x'))).file)).frames[1]!.time).toBe('2.000000000');
});

test.each([
  [0x86, false, '1.015625000'], // 2^-6
  [0x87, true, '1.007812500'], // 2^-7: a microsecond has no room for it
  [3, false, '1.001000000'],
])('times in units of resolution %i are kept whole', async (resolution, nanoseconds, time) => {
  const units = resolution & 0x80 ? 2 ** (resolution & 0x7f) : 10 ** resolution;
  const options = [{ code: IF_TSRESOL, value: Uint8Array.of(resolution) }];
  const file = join(le.section(), le.iface({ options }), le.packet(TWO, { low: units + 1 }));
  for (const writer of [new PcapWriter('x'), new PcapngWriter()]) {
    const { reader, frames } = await readCapture((await copy(file, writer)).file);
    expect([reader.interfaces[0]!.nanoseconds, frames[0]!.time]).toEqual([nanoseconds, time]);
  }
});
