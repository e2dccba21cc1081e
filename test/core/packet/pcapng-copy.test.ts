import { describe, expect, test } from 'vitest';
import { onlyInterface } from '../../../src/core/capture/one-interface.ts';
import { openCaptureReader } from '../../../src/core/capture/open-capture-reader.ts';
import { PcapngWriter } from '../../../src/core/capture/pcapng-writer.ts';
import { PacketFeed } from '../../../src/core/packet/packet-feed.ts';
import { compilePacketFilter } from '../../../src/core/packet/packet-filter.ts';
import { rewrite } from '../../../src/core/packet/rewrite.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Blocks, join, type Option, readCapture, sourceOf, text, words } from '../../support/captures.ts';
import { hex } from '../../support/wire.ts';

const ONE = hex('0102030405');
const le = new Blocks(true);
const be = new Blocks(false);
const NAMES = 4;
const JOURNAL = 9;
const SECRETS = 10;
const CUSTOM = 0x0bad;
const ENTERPRISE = 32_473;

async function copy(
  from: Uint8Array,
  filter: string | null = null,
  comment: string | null = null,
  name: string | null = null,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const sink = { write: async (bytes: Uint8Array) => void parts.push(bytes.slice()) };
  const whole = await openCaptureReader(sourceOf(from), 4096);
  const reader = name === null ? whole : onlyInterface(whole, name);
  const feed = new PacketFeed(reader, new Dissector(REGISTRY, { applications: false }));
  await rewrite(feed, new PcapngWriter(), sink, new AbortController().signal, {
    filter: filter === null ? null : compilePacketFilter(filter),
    most: Number.POSITIVE_INFINITY,
    annotate: comment === null ? null : () => comment,
    packetBuffered: false,
  });
  return join(...parts);
}

/** A section header with options. */
function section(blocks: Blocks, little: boolean, options: readonly Option[]): Uint8Array {
  const version = little ? hex('0100 0000') : hex('0001 0000');
  const body = join(words(little, 0x1a2b3c4d), version, words(little, -1, -1), blocks.options(options));
  return blocks.block(0x0a0d0d0a, body);
}

/** Every option and block that is kept, in the order in which a copy has them. */
function everything(blocks: Blocks, little: boolean): Uint8Array {
  const u32 = (...values: readonly number[]): Uint8Array => words(little, ...values);
  const u64 = (high: number, low: number): Uint8Array => (little ? u32(low, high) : u32(high, low));
  const u16 = (value: number): Uint8Array => u32(value).subarray(little ? 0 : 2, little ? 2 : 4);
  const custom = [
    { code: 2988, value: join(u32(ENTERPRISE), text('text')) },
    { code: 2989, value: join(u32(ENTERPRISE), hex('010203')) },
  ];
  const instruction = join(u16(0x28), hex('0102'), u32(12));
  const keys = text('CLIENT_RANDOM 01 02\n');
  return join(
    section(blocks, little, [
      { code: 1, value: text('about the capture') },
      { code: 1, value: text('and more') },
      { code: 2, value: text('hardware') },
      { code: 3, value: text('system') },
      { code: 4, value: text('application') },
      ...custom,
    ]),
    blocks.iface({
      linkType: 147,
      snapLength: 96,
      options: [
        { code: 2, value: text('eth7') },
        { code: 9, value: hex('09') },
        { code: 1, value: text('one') },
        { code: 1, value: text('two') },
        { code: 3, value: text('uplink') },
        { code: 4, value: hex('c0000201 ffffff00') },
        { code: 5, value: hex('20010db8 00000000 00000000 00000001 40') },
        { code: 6, value: hex('020000000001') },
        { code: 7, value: hex('0200000000010203') },
        { code: 8, value: u64(2, 0x540b_e400) },
        { code: 10, value: u32(7200) },
        { code: 11, value: join(hex('00'), text('udp port 53')) },
        { code: 12, value: text('Linux') },
        { code: 13, value: hex('04') },
        { code: 15, value: text('a card') },
        { code: 16, value: u64(0, 5) },
        { code: 17, value: u64(6, 7) },
        { code: 18, value: text('Europe/Berlin') },
        ...custom,
      ],
    }),
    // nothing comes from it; its filter is a program of two instructions
    blocks.iface({ options: [{ code: 11, value: join(hex('01'), instruction, instruction) }] }),
    blocks.block(SECRETS, join(u32(0x544c534b, keys.length), keys, blocks.options([{ code: 1, value: text('k') }]))),
    blocks.block(
      NAMES,
      join(
        blocks.options([
          { code: 1, value: join(hex('c0000209'), text('host.example\0')) },
          { code: 2, value: join(hex('20010db8 00000000 00000000 00000001'), text('six.example\0')) },
        ]),
        blocks.options([{ code: 2, value: text('resolver.example') }]),
      ),
    ),
    blocks.packet(ONE, {
      low: 7,
      options: [
        { code: 1, value: text('first note') },
        { code: 1, value: text('second note') },
        { code: 2, value: u32(0x0102_0304) },
        { code: 3, value: hex('02 deadbeef') },
        { code: 3, value: hex('03 00112233445566778899aabbccddeeff') },
        { code: 4, value: u64(1, 2) },
        { code: 5, value: u64(0x1122_3344, 0x5566_7788) },
        { code: 6, value: u32(3) },
        { code: 7, value: hex('00 0102030405060708') },
        { code: 7, value: join(hex('01'), u64(1, 2)) },
        { code: 7, value: join(hex('02'), u64(3, 4)) },
        { code: 8, value: u32(77, 78) },
        ...custom,
      ],
    }),
    blocks.block(JOURNAL, text('__REALTIME_TIMESTAMP=1700000001000000\nMESSAGE=x\n')),
    blocks.block(CUSTOM, join(u32(ENTERPRISE), hex('01020304'))),
    blocks.packet(ONE, { high: 1, low: 9, options: [{ code: 2, value: u32(1) }] }),
  );
}

/** In hex. A copy has keys and names before the interfaces, so that they are compared without their order. */
function blocksOf(file: Uint8Array): string[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const blocks: string[] = [];
  for (let at = 0; at < file.length; at += view.getUint32(at + 4, true)) {
    blocks.push(Buffer.from(file.subarray(at, at + view.getUint32(at + 4, true))).toString('hex'));
  }
  return blocks;
}

describe.each([
  ['little', le, true],
  ['big', be, false],
] as const)('of %s byte order', (_order, blocks, little) => {
  test('every option and block is kept, byte for byte, in little-endian order', async () => {
    const copied = blocksOf(await copy(everything(blocks, little)));
    expect(copied.toSorted()).toEqual(blocksOf(everything(le, true)).toSorted());
    expect(await copy(await copy(everything(blocks, little)))).toEqual(await copy(everything(blocks, little)));
  });

  test('what may not be copied, what nobody knows and what has a wrong size is left out', async () => {
    const wrong = [
      { code: 2, value: hex('010203') },
      { code: 4, value: hex('01020304') },
      { code: 6, value: hex('0102030405') },
      { code: 7, value: hex('') },
      { code: 8, value: hex('01020304') },
      { code: 2988, value: hex('010203') },
      { code: 19_372, value: join(words(little, ENTERPRISE), text('secret')) },
      { code: 19_373, value: join(words(little, ENTERPRISE), text('secret')) },
      { code: 0x7001, value: hex('01') },
      { code: 3, value: hex('02 0a') },
    ];
    const file = join(blocks.section(), blocks.iface(), blocks.packet(ONE, { options: wrong }));
    const kept = le.packet(ONE, { options: [{ code: 3, value: hex('02 0a') }] });
    expect(await copy(file)).toEqual(join(le.section(), le.iface(), kept));
  });

  test.each([
    [0, '000000 0000000000'],
    [9, '0900000000000000'],
    [0xfffe, 'feff000000000000'],
    [0xffff, null],
  ])('%i drops of an obsolete packet block are an option of the copy', async (drops, value) => {
    const file = join(blocks.section(), blocks.iface(), blocks.oldPacket(ONE.subarray(0, 4), { drops, low: 3 }));
    const options = value === null ? [] : [{ code: 4, value: hex(value) }];
    const packet = le.packet(ONE.subarray(0, 4), { low: 3, options });
    expect(await copy(file)).toEqual(join(le.section(), le.iface(), packet));
  });
});

test('the options are those of the first section, and each interface has its own', async () => {
  const file = join(
    section(le, true, [{ code: 1, value: text('a') }]),
    le.iface({ options: [{ code: 3, value: text('one') }] }),
    le.packet(ONE),
    section(be, false, [{ code: 1, value: text('b') }]),
    be.iface({ options: [{ code: 3, value: text('two') }] }),
    be.packet(ONE),
  );
  expect(await copy(file)).toEqual(
    join(
      section(le, true, [{ code: 1, value: text('a') }]),
      le.iface({ options: [{ code: 3, value: text('one') }] }),
      le.packet(ONE),
      le.iface({ options: [{ code: 3, value: text('two') }] }),
      le.packet(ONE, { iface: 1 }),
    ),
  );
});

test('a filter chooses among packets and blocks, and all interfaces, keys and names stay', async () => {
  const all = blocksOf(everything(le, true));
  const none = blocksOf(await copy(everything(le, true), 'number == 99'));
  expect(none.toSorted()).toEqual(all.slice(0, 5).toSorted());
  const journal = blocksOf(await copy(everything(le, true), 'number == 2'));
  expect(journal.toSorted()).toEqual(all.filter((_block, index) => index < 5 || index === 6).toSorted());
});

test('a copy of one interface has no other', async () => {
  const named = (name: string): Uint8Array =>
    le.iface({
      options: [
        { code: 2, value: text(name) },
        { code: 3, value: text(`about ${name}`) },
      ],
    });
  const options = [{ code: 2, value: words(true, 2) }];
  const packets = [le.packet(ONE), le.packet(ONE, { iface: 1, options })];
  const file = join(section(le, true, [{ code: 2, value: text('hw') }]), named('eth0'), named('eth1'), ...packets);
  expect(await copy(file, null, null, 'eth1')).toEqual(
    join(section(le, true, [{ code: 2, value: text('hw') }]), named('eth1'), le.packet(ONE, { options })),
  );
});

test('interfaces, keys and names behind the last frame are kept', async () => {
  const last = join(le.iface({ linkType: 101 }), le.block(SECRETS, join(words(true, 1, 4), text('abcd'))));
  const copied = await copy(join(le.section(), le.iface(), le.packet(ONE), last));
  expect(blocksOf(copied).toSorted()).toEqual(
    blocksOf(join(le.section(), le.iface(), le.packet(ONE), last)).toSorted(),
  );
});

test('a comment of a writer stands beside the options of a frame that has no comment', async () => {
  const flags = { code: 2, value: words(true, 1) };
  const note = { code: 1, value: text('note') };
  const made = { code: 1, value: text('made') };
  const file = (first: readonly Option[], second: readonly Option[]): Uint8Array =>
    join(le.section(), le.iface(), le.packet(ONE, { options: first }), le.packet(ONE, { options: second }));
  expect(await copy(file([flags], [flags, note]), null, 'made')).toEqual(file([made, flags], [flags, note]));
});

test.each([
  [0x00, [0, 99]],
  [0x03, [3, 1234]],
  [0x06, [3, 7]],
  [0x07, [3, 7]],
  [0x09, [3, 7]],
  [0x86, [0, 65]],
  [0x94, [3, 7]],
  [0x9d, [3, 7]],
] as const)('times stay in units of resolution %i', async (resolution, [high, low]) => {
  const options = [{ code: 9, value: Uint8Array.of(resolution) }];
  const file = join(le.section(), le.iface({ options }), le.packet(ONE, { high, low }));
  expect(await copy(file)).toEqual(file);
});

test('times in units finer than nanoseconds are whole to the nanosecond', async () => {
  const options = [{ code: 9, value: hex('a0') }];
  const file = join(le.section(), le.iface({ options }), le.packet(ONE, { high: 1_700_000_000, low: 0xffff_ffff }));
  const { frames } = await readCapture(await copy(file));
  expect(frames[0]!.time).toBe('1700000000.999999999');
});

test.each([
  [0x0a, 0x09],
  [0x7f, 0x09],
  [0xa1, 0x09],
  [0xff, 0x09],
])('units of resolution %i, too fine for times of today, become nanoseconds', async (resolution, written) => {
  const file = (value: number): Uint8Array =>
    join(le.section(), le.iface({ options: [{ code: 9, value: Uint8Array.of(value) }] }), le.packet(ONE));
  expect(await copy(file(resolution))).toEqual(file(written));
});

describe('memory is bounded', () => {
  const long = (code: number, bytes: number): Option => ({ code, value: new Uint8Array(bytes).fill(0x61) });

  test('options of a frame are kept up to 1 MiB', async () => {
    const options = [...Array.from({ length: 20 }, () => long(1, 65_532)), { code: 2, value: words(true, 1) }];
    const { frames } = await readCapture(await copy(join(le.section(), le.iface(), le.packet(ONE, { options }))));
    const lengths = frames[0]!.comment!.split('\n').map((one) => one.length);
    expect(lengths).toEqual(Array.from({ length: 16 }, () => 65_532));
  });

  test('those of interfaces up to 4 MiB in all', async () => {
    const options = Array.from({ length: 16 }, () => long(3, 65_532));
    const ifaces = Array.from({ length: 5 }, () => le.iface({ options }));
    const { reader } = await readCapture(join(le.section(), ...ifaces, le.packet(ONE)));
    expect(reader.interfaces.map((one) => one.options!.length)).toEqual([1_048_576, 1_048_576, 1_048_576, 0, 0]);
  });

  test('64 blocks of names are kept', async () => {
    const names = le.block(NAMES, join(le.options([{ code: 1, value: hex('c0000201 6100') }])));
    const { reader } = await readCapture(join(le.section(), ...Array.from({ length: 65 }, () => names)));
    expect(reader.names).toHaveLength(64);
  });
});

test('events of sysdig are kept byte for byte, those in big-endian order are not', async () => {
  const event = (little: boolean, length: number): Uint8Array => {
    const bytes = new DataView(new ArrayBuffer(24 + length));
    bytes.setUint16(0, 0x0103, little);
    bytes.setUint32(18, 22 + length, little);
    return new Uint8Array(bytes.buffer).fill(7, 24);
  };
  const copied = async (blocks: Blocks, little: boolean): Promise<string[]> => {
    const events = [0x204, 0x216, 0x221].map((type, length) => blocks.block(type, event(little, length)));
    return blocksOf(await copy(join(blocks.section(), blocks.iface(), ...events, blocks.packet(ONE))));
  };
  const whole = [0x204, 0x216, 0x221].map((type, length) => blocksOf(le.block(type, event(true, length)))[0]);
  expect((await copied(le, true)).slice(2, 5)).toEqual(whole);
  expect(await copied(be, false)).toHaveLength(3);
});
