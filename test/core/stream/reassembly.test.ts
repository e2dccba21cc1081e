import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Followed } from '../../../src/core/stream/reassembly.ts';
import { StreamFollower } from '../../../src/core/stream/stream-follower.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { pcap } from '../../support/captures.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { runTool, toolIsMissing } from '../../support/tool.ts';
import { dissectFrame } from '../../support/wire.ts';

const CLIENT = [10, 0, 0, 1];
const SERVER = [10, 0, 0, 2];
const SYN = 2;
const ACK = 16;

/** A segment: who sends it, which place in that direction it begins at, what it carries, how much of the other is acknowledged. */
type Step = readonly [side: 'a' | 'b', at: number, data: string, acked: number, flags?: number];

interface Scenario {
  readonly what: string;
  readonly steps: readonly Step[];
  /** What each side said, lost bytes as [n]. */
  readonly a: string;
  readonly b?: string;
  readonly held?: number;
  /** The sequence number before A's first byte. */
  readonly isn?: number;
  /** Without a handshake. */
  readonly midway?: boolean;
  /** Bytes captured of each frame. */
  readonly snap?: number;
}

const SCENARIOS: readonly Scenario[] = [
  {
    what: 'in order',
    steps: [
      ['a', 0, 'one', 0],
      ['a', 3, 'two', 0],
      ['b', 0, 'yes', 6],
    ],
    a: 'onetwo',
    b: 'yes',
  },
  {
    what: 'two swapped',
    steps: [
      ['a', 3, 'two', 0],
      ['a', 0, 'one', 0],
    ],
    a: 'onetwo',
  },
  {
    what: 'four backwards',
    steps: [
      ['a', 9, 'D', 0],
      ['a', 6, 'CCC', 0],
      ['a', 3, 'BBB', 0],
      ['a', 0, 'AAA', 0],
    ],
    a: 'AAABBBCCCD',
  },
  {
    what: 'sent again',
    steps: [
      ['a', 0, 'one', 0],
      ['a', 0, 'one', 0],
      ['a', 3, 'two', 0],
    ],
    a: 'onetwo',
  },
  {
    what: 'sent again with more',
    steps: [
      ['a', 0, 'one', 0],
      ['a', 0, 'onetwo', 0],
    ],
    a: 'onetwo',
  },
  {
    what: 'an overlap, the first copy wins',
    steps: [
      ['a', 0, 'onetwo', 0],
      ['a', 3, 'XXXmore', 0],
    ],
    a: 'onetwomore',
  },
  {
    what: 'an overlap before the gap is closed',
    steps: [
      ['a', 3, 'twothree', 0],
      ['a', 0, 'oneXXX', 0],
    ],
    a: 'oneXXXthree',
  },
  {
    what: 'a hole that is filled later',
    steps: [
      ['a', 0, 'one', 0],
      ['a', 6, 'three', 0],
      ['a', 3, 'two', 0],
    ],
    a: 'onetwothree',
  },
  {
    what: 'a hole that the other side acknowledges was lost by the capture alone',
    steps: [
      ['a', 0, 'one', 0],
      ['a', 6, 'three', 0],
      ['b', 0, 'ok', 11],
    ],
    a: 'one[3]three',
    b: 'ok',
  },
  {
    what: 'two holes, both acknowledged',
    steps: [
      ['a', 3, 'one', 0],
      ['a', 8, 'two', 0],
      ['b', 0, '', 11],
      ['a', 11, 'end', 0],
    ],
    a: '[3]one[2]twoend',
  },
  {
    what: 'a hole that nobody acknowledges keeps what is behind it',
    steps: [
      ['a', 0, 'one', 0],
      ['b', 0, '', 3],
      ['a', 6, 'three', 0],
      ['b', 0, 'dup', 3],
    ],
    a: 'one',
    b: 'dup',
    held: 5,
  },
  {
    what: 'a keep-alive',
    steps: [
      ['a', 0, 'one', 0],
      ['a', 2, 'e', 0],
      ['a', 3, 'two', 0],
    ],
    a: 'onetwo',
  },
  {
    what: 'over the end of sequence numbers',
    isn: 0xffff_fffd,
    steps: [
      ['a', 4, 'efg', 0],
      ['a', 0, 'abcd', 0],
    ],
    a: 'abcdefg',
  },
  {
    what: 'begun before the capture',
    midway: true,
    steps: [
      ['a', 500, 'mid', 0],
      ['b', 700, 'way', 503],
    ],
    a: 'mid',
    b: 'way',
  },
  {
    what: 'ended by FIN',
    steps: [
      ['a', 0, 'bye', 0, 0x11],
      ['b', 0, 'so', 4, 0x11],
      ['a', 4, '', 3],
    ],
    a: 'bye',
    b: 'so',
  },
  {
    what: 'a window probe that is sent again',
    steps: [
      ['a', 0, 'ab', 0],
      ['a', 2, 'c', 0],
      ['a', 2, 'cd', 0],
    ],
    a: 'abcd',
  },
  {
    what: 'both sides at once',
    steps: [
      ['b', 2, 'cd', 0],
      ['a', 2, 'CD', 0],
      ['b', 0, 'ab', 0],
      ['a', 0, 'AB', 0],
    ],
    a: 'ABCD',
    b: 'abcd',
  },
];

const PORT = 20_000;

/** The frames of a scenario; each has a client port of its own. */
function framesOf({ steps, isn = 1000, midway = false }: Scenario, index: number): Uint8Array[] {
  const clientPort = PORT + index;
  const frame = (side: 'a' | 'b', seq: number, ack: number, flags: number, data = ''): Uint8Array => {
    const ends =
      side === 'a'
        ? { from: CLIENT, to: SERVER, srcPort: clientPort, dstPort: 9999 }
        : { from: SERVER, to: CLIENT, srcPort: 9999, dstPort: clientPort };
    return tcpFrame({ ...ends, seq: seq >>> 0, ack: ack >>> 0, flags }, [...Buffer.from(data)]);
  };
  const bIsn = 5000;
  const handshake = [frame('a', isn, 0, SYN), frame('b', bIsn, isn + 1, SYN | ACK), frame('a', isn + 1, bIsn + 1, ACK)];
  const data = steps.map(([side, at, text, acked, flags = ACK]) => {
    const [own, other] = side === 'a' ? [isn, bIsn] : [bIsn, isn];
    return frame(side, own + 1 + at, other + 1 + acked, flags, text);
  });
  return midway ? data : [...handshake, ...data];
}

interface Result {
  readonly said: readonly [string, string];
  readonly sides: readonly [Followed, Followed];
  readonly offsets: readonly number[];
}

/** What is followed of frames of one stream. */
function follow(
  frames: readonly Uint8Array[],
  { mostHeld = 1e6, captured = (bytes: Uint8Array) => bytes } = {},
): Result {
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  const said: [string, string] = ['', ''];
  const offsets: number[] = [];
  const follower = new StreamFollower(
    mostHeld,
    () => true,
    (_flow, piece) => {
      const { direction, missing, bytes, start, end } = piece;
      offsets.push(piece.offset);
      said[direction as 0 | 1] +=
        (missing > 0 ? `[${missing}]` : '') + Buffer.from(bytes.subarray(start, end)).toString();
    },
  );
  const counting = new StreamFollower(mostHeld, () => true, null);
  frames.forEach((bytes, index) => {
    const nanoseconds = index * 1_000_000;
    dissectFrame(captured(bytes), 1, dissector, { packet, length: bytes.length, nanoseconds });
    follower.ingest(packet);
    counting.ingest(packet);
  });
  follower.end();
  counting.end();
  const [flow] = dissector.flows.flows;
  const counts = ([a, b]: readonly [Followed, Followed]) =>
    [a, b].map(({ bytes, gaps, missing, heldBytes }) => [bytes, gaps, missing, heldBytes]);
  // counting alone comes to the same
  expect(counts(counting.sidesOf(flow!))).toEqual(counts(follower.sidesOf(flow!)));
  return { said, sides: follower.sidesOf(flow!), offsets };
}

/** Sums of a text with [n] in it. */
function sumsOf(text: string): { readonly bytes: number; readonly gaps: number; readonly missing: number } {
  const holes = [...text.matchAll(/\[(\d+)\]/g)].map(([, digits]) => Number(digits));
  return {
    bytes: text.replace(/\[\d+\]/g, '').length,
    gaps: holes.length,
    missing: holes.reduce((sum, one) => sum + one, 0),
  };
}

test.each(SCENARIOS)('$what', (scenario) => {
  const { said, sides } = follow(framesOf(scenario, 0));
  const { a, b = '', held = 0 } = scenario;
  expect(said).toEqual([a, b]);
  expect(sides[0]).toMatchObject({ ...sumsOf(a), heldBytes: held });
  expect(sides[1]).toMatchObject(sumsOf(b));
});

test.skipIf(toolIsMissing('tshark'))('tshark follows all of them alike', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-follow-'));
  try {
    const file = path.join(folder, 'all.pcap');
    const frames = SCENARIOS.flatMap(framesOf);
    fs.writeFileSync(file, pcap(frames.map((bytes, index) => ({ bytes, seconds: index }))));
    const taps = SCENARIOS.flatMap((_one, index) => ['-z', `follow,tcp,raw,${index}`]);
    const { stdout } = runTool('tshark', ['-n', '-q', '-r', file, ...taps]);
    const theirs = new Map<string, [string, string]>();
    for (const [, client, lines] of stdout.matchAll(
      /^Node 0: 10\.0\.0\.1:(\d+)\nNode 1: .*\n((?:\t?[0-9a-f]*\n)*)/gm,
    )) {
      const sides: [string, string] = ['', ''];
      for (const line of lines!.split('\n')) {
        sides[line.startsWith('\t') ? 1 : 0] += Buffer.from(line.trim(), 'hex').toString();
      }
      theirs.set(
        client!,
        sides.map((side) => side.replace(/\[(\d+) bytes missing in capture file\]\0?/g, '[$1]')) as [string, string],
      );
    }
    expect(Object.fromEntries(theirs)).toEqual(
      Object.fromEntries(SCENARIOS.map(({ a, b = '' }, index) => [`${PORT + index}`, [a, b]])),
    );
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('pieces tell their packet, time and place, and bytes before a gap count', () => {
  const frames = framesOf(SCENARIOS.find(({ what }) => what.startsWith('two holes'))!, 0);
  const { offsets } = follow(frames);
  expect(offsets).toEqual([3, 8, 11]);
});

describe('where only one side was captured', () => {
  const oneSided = (steps: readonly Step[]) => framesOf({ what: '', steps, a: '', midway: true }, 0);

  test('nobody can acknowledge, so holes are passed over at the end', () => {
    const { said, sides } = follow(
      oneSided([
        ['a', 0, 'one', 0],
        ['a', 6, 'three', 0],
        ['a', 20, 'end', 0],
      ]),
    );
    expect([said, sides[0]]).toEqual([
      ['one[3]three[9]end', ''],
      expect.objectContaining({ gaps: 2, missing: 12, heldBytes: 0 }),
    ]);
  });

  test('a side that acknowledged something was captured: what waits for it stays', () => {
    const of = (flags: number, acked: number) =>
      follow(
        framesOf(
          {
            what: '',
            a: '',
            steps: [
              ['a', 0, 'x', acked, flags],
              ['b', 0, 'one', 0, 0],
              ['b', 6, 'two', 0, 0],
            ],
            midway: true,
          },
          0,
        ),
      );
    const [silent, heard] = [of(0, 0), of(ACK, 0)];
    expect([silent.said[1], silent.sides[1].heldBytes]).toEqual(['one[3]two', 0]);
    expect([heard.said[1], heard.sides[1].heldBytes]).toEqual(['one', 3]);
  });

  test('order is kept all the same', () => {
    expect(
      follow(
        oneSided([
          ['a', 0, 'one', 0],
          ['a', 6, 'three', 0],
          ['a', 3, 'two', 0],
        ]),
      ).said[0],
    ).toBe('onetwothree');
  });
});

describe('frames that were cut', () => {
  const HEADERS = 54;
  const cutTo = (payload: number) => ({ captured: (bytes: Uint8Array) => bytes.subarray(0, HEADERS + payload) });
  const frames = framesOf(
    {
      what: '',
      a: '',
      steps: [
        ['a', 0, 'abcdef', 0],
        ['a', 6, 'ghijkl', 0],
        ['b', 0, 'xyz', 12],
      ],
    },
    0,
  );

  test('leave a hole after what is there', () => {
    const { said, sides } = follow(frames, cutTo(4));
    expect(said).toEqual(['abcd[2]ghij', 'xyz']);
    expect(sides[0]).toMatchObject({ bytes: 8, gaps: 2, missing: 4 });
  });

  test('to their headers carry nothing', () => {
    expect(follow(frames, cutTo(0)).said).toEqual(['', '']);
  });
});

describe('what waits is bounded', () => {
  const steps = Array.from({ length: 50 }, (_, index): Step => ['a', 10 + index * 10, 'x'.repeat(10), 0]);

  test('past the bytes, holes are passed over', () => {
    const { said, sides } = follow(framesOf({ what: '', a: '', steps }, 0), { mostHeld: 100 });
    expect(said[0]).toBe(`[10]${'x'.repeat(500)}`);
    expect(sides[0]).toMatchObject({ gaps: 1, missing: 10, heldBytes: 0 });
  });

  test('past ten thousand segments too', () => {
    const many = Array.from({ length: 10_500 }, (_, index): Step => ['a', 10 + index, 'x', 0]);
    const { sides } = follow(framesOf({ what: '', a: '', steps: many }, 0));
    expect(sides[0]).toMatchObject({ bytes: 10_500, gaps: 1, heldBytes: 0 });
  });
});

test('whatever order, overlap and repetition, what was sent is what is followed', () => {
  const pieces = fc.array(fc.tuple(fc.nat(59), fc.integer({ min: 1, max: 20 })), { maxLength: 30 });
  fc.assert(
    fc.property(
      fc.nat(0xffff_ffff),
      pieces,
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      (isn, extra, order) => {
        const sent = Array.from({ length: 60 }, (_, index) => String.fromCharCode(65 + (index % 58))).join('');
        const step = (at: number, length: number): Step => ['a', at, sent.slice(at, at + length), 0];
        const whole = Array.from({ length: 12 }, (_, index) => step(index * 5, 5));
        const all = [...whole, ...extra.map(([at, length]) => step(at, length))];
        const shuffled = all.map((one) => [order.next().value, one] as const).sort(([a], [b]) => a - b);
        const steps = shuffled.map(([, one]) => one);
        expect(follow(framesOf({ what: '', a: '', isn, steps }, 0)).said[0]).toBe(sent);
      },
    ),
    { numRuns: 200 },
  );
});

test('datagrams are pieces in the order they came', () => {
  const ends = { srcPort: 4000, dstPort: 9999 };
  const back = { from: SERVER, to: CLIENT, srcPort: 9999, dstPort: 4000 };
  const frames = [udpFrame(ends, [97, 98]), udpFrame(back, [99]), udpFrame(ends, []), udpFrame(ends, [100, 101, 102])];
  expect(follow(frames)).toMatchObject({ said: ['abdef', 'c'], offsets: [0, 0, 2] });
  const cut = follow(frames, { captured: (bytes) => bytes.subarray(0, 43) });
  expect(cut).toMatchObject({ said: ['a[1]d', 'c'], sides: [{ bytes: 2, gaps: 2, missing: 3 }, { gaps: 0 }] });
});

test('a port used again is another stream', () => {
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  const said: Record<number, string> = {};
  const follower = new StreamFollower(
    1e6,
    () => true,
    ({ stream }, { bytes, start, end }) => {
      said[stream] = (said[stream] ?? '') + Buffer.from(bytes.subarray(start, end)).toString();
    },
  );
  const first = framesOf(
    {
      what: '',
      a: '',
      steps: [
        ['a', 0, 'first', 0],
        ['a', 5, '', 0, 0x14],
      ],
    },
    0,
  );
  const second = framesOf({ what: '', a: '', isn: 900_000, steps: [['a', 0, 'second', 0]] }, 0);
  for (const frame of [...first, ...second]) {
    dissectFrame(frame, 1, dissector, { packet });
    follower.ingest(packet);
  }
  expect(said).toEqual({ 0: 'first', 1: 'second' });
});

test('a segment half of all sequence numbers away is one that came before', () => {
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  const said: string[] = [];
  const follower = new StreamFollower(
    1e6,
    () => true,
    (_, { bytes, start, end }) => said.push(Buffer.from(bytes.subarray(start, end)).toString()),
  );
  const ends = { srcPort: 40_000, dstPort: 9999, flags: ACK };
  for (const [seq, text] of [
    [1, 'one'],
    [4 + 2 ** 31, 'far'],
  ] as const) {
    dissectFrame(tcpFrame({ ...ends, seq }, [...Buffer.from(text)]), 1, dissector, { packet });
    follower.ingest(packet);
  }
  follower.end();
  expect(said).toEqual(['one']);
});
