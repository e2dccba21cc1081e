import { describe, expect, test } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { Blocks, COMMENT, join, readCapture, sourceOf, text, words } from '../../support/captures.ts';
import { hex } from '../../support/wire.ts';

const ONE = hex('0102030405');
const TWO = hex('aabbcc');
const IF_NAME = 2;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const NAME_RESOLUTION = 4;
const STATISTICS = 5;
const JOURNAL = 9;
const SECRETS = 10;
const CUSTOM = 0x0bad;
/** 1,700,000,000 s in microseconds, as two halves. */
const HIGH = 395_812;
const LOW = 404_635_648;

const le = new Blocks(true);
const be = new Blocks(false);
/** A section of one interface named eth0, in nanoseconds, with a commented frame, and blocks to be passed over. */
function whole(blocks: Blocks): Uint8Array {
  const options = [
    { code: IF_NAME, value: text('eth0') },
    { code: IF_TSRESOL, value: hex('09') },
  ];
  return join(
    blocks.section(),
    blocks.iface({ linkType: 113, snapLength: 96, options }),
    blocks.block(NAME_RESOLUTION, hex('00000000')),
    blocks.packet(ONE, { low: 1_000_000_007, length: 60, options: [{ code: COMMENT, value: text('hé') }] }),
    blocks.block(0x7777, hex('01020304')),
    blocks.packet(TWO, { high: 1 }),
    blocks.block(STATISTICS, new Uint8Array(12)),
    blocks.block(0x7778, new Uint8Array(0)),
  );
}

describe.each([
  ['little', le],
  ['big', be],
] as const)('of %s byte order', (_order, blocks) => {
  const file = whole(blocks);

  test('is read whole', async () => {
    const { reader, frames, problems } = await readCapture(file);
    expect(reader.format).toBe('pcapng');
    expect(reader.interfaces).toMatchObject([{ name: 'eth0', linkType: 113, snapLength: 96, nanoseconds: true }]);
    const common = { iface: 0, linkType: 113 };
    expect(frames).toEqual([
      { ...common, number: 1, time: '1.000000007', bytes: '0102030405', length: 60, comment: 'hé' },
      { ...common, number: 2, time: '4.294967296', bytes: 'aabbcc', length: 3, comment: null },
    ]);
    expect(problems).toEqual([]);
  });

  test('is the same in pieces, wherever they are cut', async () => {
    const { frames } = await readCapture(file);
    for (let cut = 1; cut < file.length; cut++) {
      expect(await readCapture(sourceOf(file, [cut]))).toMatchObject({ frames, problems: [] });
    }
    const single = Array.from(file, (_byte, index) => index + 1);
    expect(await readCapture(sourceOf(file, single))).toMatchObject({ frames, problems: [] });
  });

  test('cut short anywhere, gives the whole frames, and says so within a block', async () => {
    const { frames } = await readCapture(file);
    let silent = 0;
    for (let length = 28; length <= file.length; length++) {
      const cut = await readCapture(file.slice(0, length));
      expect(cut.frames).toEqual(frames.slice(0, cut.frames.length));
      if (cut.problems.length === 0) silent++;
      else {
        expect(cut.problems).toEqual([`cut short in the block after packet ${cut.frames.length}, at byte ${length}`]);
      }
    }
    expect(silent).toBe(8); // at the end of each block
  });

  test('damaged anywhere, is read on or refused, and the frames before are whole', async () => {
    for (let index = 0; index < file.length; index++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const damaged = file.slice();
        damaged[index]! ^= flip;
        try {
          const { frames } = await readCapture(damaged);
          expect(frames.length).toBeLessThanOrEqual(3);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
          expect((error as Failure).exit).toBe(65);
        }
      }
    }
  });

  test('keys are kept, their header in little-endian order', async () => {
    const keys = text('CLIENT_RANDOM 01 02\n');
    const order = blocks === le;
    const secrets = blocks.block(SECRETS, join(words(order, 0x544c534b, keys.length), keys));
    const { reader } = await readCapture(join(blocks.section(), secrets, secrets));
    expect(reader.secrets).toHaveLength(2);
    expect(reader.secrets[0]).toEqual(join(words(true, 0x544c534b, keys.length), keys));
  });

  test('obsolete packet blocks: interface and drops share a word', async () => {
    const file = join(
      blocks.section(),
      blocks.iface(),
      blocks.iface({ linkType: 101 }),
      blocks.oldPacket(TWO, { iface: 1, drops: 500, high: HIGH, low: LOW }),
    );
    expect((await readCapture(file)).frames).toMatchObject([
      { iface: 1, linkType: 101, bytes: 'aabbcc', time: '1700000000.000000000' },
    ]);
  });
});

test('simple packets have no time, and end where the interface cut them', async () => {
  const file = join(
    le.section(),
    le.iface({ snapLength: 4 }),
    le.simplePacket(hex('01020304'), 60),
    le.simplePacket(TWO),
  );
  expect((await readCapture(file)).frames).toMatchObject([
    { time: null, bytes: '01020304', length: 60 },
    { time: null, bytes: 'aabbcc', length: 3 },
  ]);
});

test('each section has its byte order and its interfaces', async () => {
  const file = join(
    le.section(),
    le.iface({ linkType: 1 }),
    le.packet(ONE),
    be.section(),
    be.iface({ linkType: 113 }),
    be.iface({ linkType: 101 }),
    be.packet(TWO, { iface: 1 }),
    le.section(),
    le.iface({ linkType: 12 }),
    le.packet(ONE),
  );
  const { reader, frames, problems } = await readCapture(file);
  expect(reader.interfaces.map(({ linkType }) => linkType)).toEqual([1, 113, 101, 12]);
  expect(frames.map(({ iface, linkType }) => [iface, linkType])).toEqual([
    [0, 1],
    [2, 101],
    [3, 12],
  ]);
  expect(problems).toEqual([]);
});

test.each([
  ['microseconds unless told', [], [HIGH, LOW + 7], '1700000000.000007000'],
  ['nanoseconds', [hex('09')], [0, 1_000_000_007], '1.000000007'],
  ['milliseconds', [hex('03')], [0, 1234], '1.234000000'],
  ['seconds', [hex('00')], [0, 99], '99.000000000'],
  ['picoseconds, cut', [hex('0c')], [0x1d1, 0xa94a_27cf], '2.000000001'],
  ['1/1024 s', [hex('8a')], [0, 1024 + 512], '1.500000000'],
  ['2^-32 s', [hex('a0')], [7, 0x8000_0000], '7.500000000'],
  ['10^-127 s', [hex('7f')], [0xffff_ffff, 0xffff_ffff], '0.000000000'],
  ['2^-127 s', [hex('ff')], [0xffff_ffff, 0xffff_ffff], '0.000000000'],
  ['an hour later', [hex('06'), hex('100e000000000000')], [0, 5], '3600.000005000'],
  ['ten seconds before', [hex('06'), hex('f6ffffffffffffff')], [0, 5], '-10.000005000'],
] as const)('time in %s', async (_name, [resolution, offset], [high, low], time) => {
  const options = [
    ...(resolution === undefined ? [] : [{ code: IF_TSRESOL, value: resolution }]),
    ...(offset === undefined ? [] : [{ code: IF_TSOFFSET, value: offset }]),
  ];
  const file = join(le.section(), le.iface({ options }), le.packet(ONE, { high, low }));
  expect((await readCapture(file)).frames[0]!.time).toBe(time);
});

test('custom blocks are frames of no link type, after the number of the enterprise', async () => {
  const file = join(le.section(), le.block(CUSTOM, hex('00007ed9 01020304')));
  expect((await readCapture(file)).frames).toMatchObject([{ linkType: -1, time: null, bytes: '01020304', length: 4 }]);
});

describe.each([
  ['little', le],
  ['big', be],
] as const)('an entry of the journal, in %s byte order,', (_order, blocks) => {
  test.each([
    ['with a time', '__CURSOR=x\n__REALTIME_TIMESTAMP=1700000001000007\nMESSAGE=a\n', '1700000001.000007000'],
    ['with a time at its end', 'M=ab\n__REALTIME_TIMESTAMP=5', '0.000005000'],
    ['with 16 digits', '__REALTIME_TIMESTAMP=9007199254740991\n', '9007199254.740991000'],
    ['with a time past what a double counts', '__REALTIME_TIMESTAMP=9007199254740992\n', null],
    ['with 17 digits', '__REALTIME_TIMESTAMP=17000000010000000\n', null],
    ['with a time before 1970', '__REALTIME_TIMESTAMP=-5\n', null],
    ['with a time of no digits', '__REALTIME_TIMESTAMP=\n', null],
    ['with half of a field', '__REALTIME_TIMESTAM', null],
    ['without a time', 'MESSAGE=abcd\n', null],
    ['that is empty', '', null],
  ])('%s, is a frame of no link type, and has a number', async (_name, entry, time) => {
    const file = join(blocks.section(), blocks.iface(), blocks.block(JOURNAL, text(entry)), blocks.packet(ONE));
    const { frames, problems } = await readCapture(file);
    expect(problems).toEqual([]);
    expect(frames).toMatchObject([
      { number: 1, linkType: -1, time, bytes: Buffer.from(entry).toString('hex'), length: entry.length, comment: null },
      { number: 2, linkType: 1, bytes: '0102030405' },
    ]);
  });
});

/** An event of sysdig: its time in nanoseconds, thread 5, type 21, and what follows; `length` counts from the time on. */
function sysdigEvent(little: boolean, nanoseconds: bigint, data: string, length = 22 + data.length / 2): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(24));
  bytes.setUint16(0, 3, little);
  bytes.setBigUint64(2, nanoseconds, little);
  bytes.setBigUint64(10, 5n, little);
  bytes.setUint32(18, length, little);
  bytes.setUint16(22, 21, little);
  return join(new Uint8Array(bytes.buffer), hex(data));
}

describe.each([
  ['little', le, true],
  ['big', be, false],
] as const)('an event of sysdig, in %s byte order,', (_order, blocks, little) => {
  const NOW = 1_700_000_000_123_456_789n;
  const file = (type: number, event: Uint8Array): Uint8Array =>
    join(blocks.section(), blocks.iface(), blocks.block(type, event), blocks.packet(ONE));

  test.each([0x204, 0x216, 0x221])('of type %i is a frame of no link type, from its time on', async (type) => {
    const event = sysdigEvent(little, NOW, '0102030405');
    const bytes = Buffer.from(event.subarray(2)).toString('hex');
    expect((await readCapture(file(type, event))).frames).toMatchObject([
      { number: 1, linkType: -1, time: '1700000000.123456789', bytes, length: 27, comment: null },
      { number: 2, linkType: 1, bytes: '0102030405' },
    ]);
  });

  test.each([0x208, 0x217, 0x222, 0x205])('of type %i is passed over, as in tshark', async (type) => {
    expect((await readCapture(file(type, sysdigEvent(little, NOW, '')))).frames).toMatchObject([{ linkType: 1 }]);
  });

  test('of another length than it says is read as far as it goes', async () => {
    const said = async (length: number): Promise<unknown> => {
      const { bytes, length: onWire } = (await readCapture(file(0x204, sysdigEvent(little, 0n, '0102', length))))
        .frames[0]!;
      return [bytes.length / 2, onWire];
    };
    // 24 bytes from its time on, and padding: blocks end at multiples of four
    expect([await said(24), await said(40), await said(23)]).toEqual([
      [24, 24],
      [26, 40],
      [23, 23],
    ]);
  });

  test('that is shorter than its header ends the file', async () => {
    const { frames, problems } = await readCapture(file(0x204, sysdigEvent(little, NOW, '').subarray(0, 20)));
    expect([frames, problems]).toMatchObject([
      [],
      [
        expect.stringMatching(
          /^an event of sysdig after packet 0 is shorter than its header, at byte \d+: the rest is not read$/,
        ),
      ],
    ]);
  });
});

test('a time far within an entry of the journal is not looked for', async () => {
  const timeAt = async (before: number): Promise<string | null> => {
    const entry = text(`${'x'.repeat(before)}__REALTIME_TIMESTAMP=1000000\n`);
    return (await readCapture(join(le.section(), le.block(JOURNAL, entry)))).frames[0]!.time;
  };
  expect([await timeAt(65_514), await timeAt(65_515)]).toEqual(['1.000000000', null]);
});

const begun = join(le.section(), le.iface(), le.packet(ONE));
const at = begun.length;
test.each([
  ['a length of nothing', le.block(9, hex('00000000'), 0), 'a block after packet 1 claims 0 bytes'],
  ['a length that is not padded', le.block(9, hex('00000000'), 17), 'a block after packet 1 claims 17 bytes'],
  ['a length past 16 MiB', le.block(9, hex('00000000'), 0x1000004), 'a block after packet 1 claims 16777220 bytes'],
  ['two lengths', le.block(9, hex('00000000'), 16, 20), 'a block after packet 1 has two different lengths'],
  ['a packet without its header', le.block(6, new Uint8Array(16)), 'packet 2 is shorter than its header'],
  ['an old packet without its header', le.block(2, new Uint8Array(16)), 'packet 2 is shorter than its header'],
  ['more bytes than the block', le.packet(TWO, { captured: 5 }), 'packet 2 claims 5 bytes'],
  ['more bytes than a frame has', le.packet(TWO, { captured: 262_145 }), 'packet 2 claims 262145 bytes'],
  ['an interface that is none', le.packet(TWO, { iface: 1 }), 'packet 2 names interface 1, which does not exist'],
  ['a simple packet of no length', le.block(3, new Uint8Array(0)), 'packet 2 is a simple block without an interface'],
  [
    'a custom block of nobody',
    le.block(CUSTOM, new Uint8Array(0)),
    'a custom block after packet 1 has no enterprise number',
  ],
  ['a section of no byte order', le.section({ magic: 1 }), 'a section after packet 1 has no byte order'],
  ['a section of another version', le.section({ major: 2 }), 'a section after packet 1 is of version 2'],
])('%s ends the file there', async (_name, block, why) => {
  const { frames, problems } = await readCapture(join(begun, block, le.packet(TWO)));
  expect(frames.map(({ bytes }) => bytes)).toEqual(['0102030405']);
  expect(problems).toEqual([`${why}, at byte ${at}: the rest is not read`]);
});

test('a simple packet before any interface ends the file', async () => {
  const { frames, problems } = await readCapture(join(le.section(), le.simplePacket(ONE)));
  expect(frames).toEqual([]);
  expect(problems).toEqual(['packet 1 is a simple block without an interface, at byte 28: the rest is not read']);
});

test('a first section of another version is no capture', async () => {
  const refused = readCapture(le.section({ major: 2 }));
  await expect(refused).rejects.toMatchObject({
    exit: 65,
    message: 'test.pcap is not a capture: pcapng of version 2, not 1',
  });
});

describe('options', () => {
  const commentOf = async (options: Uint8Array): Promise<string | null> => {
    const packet = le.block(6, join(words(true, 0, 0, 0, 0, 0), options));
    return (await readCapture(join(le.section(), le.iface(), packet))).frames[0]!.comment;
  };

  test.each([
    ['after another', hex('0200 0400 00000000 0100 0100 78000000 00000000'), 'x'],
    ['beside another', hex('0100 0100 61000000 0100 0100 62000000 00000000'), 'a\nb'],
    [
      'beside others, with another option between',
      hex('0100 0100 61000000 0200 0400 01000000 0100 0000 0100 0100 62000000 00000000'),
      'a\n\nb',
    ],
    ['without an end', hex('0100 0400 61626364'), 'abcd'],
    ['with the zeros of C', hex('0100 0400 61620000 00000000'), 'ab'],
    ['behind the end', hex('00000000 0100 0400 61626364'), null],
    ['that does not fit', hex('0100 0500 61626364'), null],
    ['that is no UTF-8', hex('0100 0100 ff000000'), '\ufffd'],
  ])('a comment %s', async (_name, options, comment) => {
    expect(await commentOf(options)).toBe(comment);
  });

  test('of an interface, too short to be one, do not count', async () => {
    const options = [
      { code: IF_TSRESOL, value: new Uint8Array(0) },
      { code: IF_TSOFFSET, value: hex('01000000') },
    ];
    const { reader, frames } = await readCapture(join(le.section(), le.iface({ options }), le.packet(ONE, { low: 5 })));
    expect(reader.interfaces).toMatchObject([{ name: null, nanoseconds: false }]);
    expect(frames[0]!.time).toBe('0.000005000');
  });
});

test('a name of an interface is no longer than any real one', async () => {
  const options = [{ code: IF_NAME, value: text('e'.repeat(60_000)) }];
  const { reader } = await readCapture(join(le.section(), le.iface({ options })));
  expect(reader.interfaces.map(({ name }) => name)).toEqual(['e'.repeat(256)]);
});
