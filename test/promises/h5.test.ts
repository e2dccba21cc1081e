import { Readable } from 'node:stream';
import { expect } from 'vitest';
import { SCALE } from '../support/attack.ts';
import { words } from '../support/captures.ts';
import { tcpFrame, udpFrame } from '../support/frames.ts';
import { ascii, ipv4Frame, octets, udp } from '../support/headers.ts';
import { recordsOf } from '../support/in-process.ts';
import { type Measured, measured } from '../support/measured.ts';
import { promised } from './promise.ts';

const MOST_RSS = 400 * 1024 * 1024;
/** More than the flows that are remembered (200,000). */
const TUPLES = 300_000 * SCALE;
const FRAGMENTS = 40_000 * SCALE;
const HOLES = 120_000 * SCALE;
const QUERIES = 100_000 * SCALE;
/** An honest packet for so many of a flood. */
const HONEST_EACH = 1000;
const HONEST = tcpFrame({ from: [10, 9, 9, 9], to: [10, 9, 9, 8], srcPort: 50_000, dstPort: 9999, flags: 0x10 });
const BATCH = 1000;

const address = (number: number): number[] => [20, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];

/** A capture of `count` frames, a millisecond apart. */
function* capture(count: number, frameOf: (index: number) => Uint8Array): Generator<Uint8Array> {
  yield words(true, 0xa1b2c3d4, 0x00040002, 0, 0, 65_535, 1);
  for (let from = 0; from < count; from += BATCH) {
    const parts: Uint8Array[] = [];
    for (let index = from; index < Math.min(count, from + BATCH); index++) {
      const frame = index % HONEST_EACH === 0 ? HONEST : frameOf(index);
      const time = [1_700_000_000 + Math.floor(index / 10_000), 100 * (index % 10_000)];
      parts.push(words(true, ...time, frame.length, frame.length), frame);
    }
    yield Buffer.concat(parts);
  }
}

/** The last two octets of an address and a port for each number. */
const syn = tcpFrame({ srcPort: 1, dstPort: 80, flags: 2 });
function synOf(index: number): Uint8Array {
  const frame = syn.slice();
  frame.set(address(index), 26);
  frame[34] = (index >>> 7) & 255;
  frame[35] = index & 255;
  return frame;
}
const piece = udp(4000, 5000, new Array<number>(1392).fill(1));
const fragment = ipv4Frame(17, piece, { more: true });
function fragmentOf(index: number): Uint8Array {
  const frame = fragment.slice();
  frame.set(address(index >>> 16), 26);
  frame[18] = (index >>> 8) & 255;
  frame[19] = index & 255;
  return frame;
}
/** Each flow says that much is to come, and sends what never continues. */
const later = tcpFrame({ srcPort: 1, dstPort: 80, flags: 0x18 }, new Array<number>(1400).fill(65));
const begun = tcpFrame({ srcPort: 1, dstPort: 80, flags: 0x18, seq: 1 }, [
  ...ascii('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900000000\r\n\r\n'),
  ...new Array<number>(1300).fill(65),
]);
function holeOf(index: number): Uint8Array {
  const flow = index % 2000;
  const round = Math.floor(index / 2000);
  const frame = (round === 0 ? begun : later).slice();
  frame[34] = 64 + (flow >>> 8);
  frame[35] = flow & 255;
  if (round > 0) new DataView(frame.buffer).setUint32(38, 10_000 + round * 2800);
  return frame;
}
const query = udpFrame({ srcPort: 4000, dstPort: 53 }, [
  ...octets('0001 0100 0001 0000 0000 0000 08'),
  ...ascii('aaaaaaaa'),
  ...octets('03 6f7267 00 0001 0001'),
]);
function queryOf(index: number): Uint8Array {
  const frame = query.slice();
  frame.set(ascii(index.toString(36).padStart(8, '0')), 42 + 13);
  frame[42] = (index >>> 8) & 255;
  frame[43] = index & 255;
  return frame;
}

const FLOODS: readonly (readonly [
  name: string,
  count: number,
  frameOf: (index: number) => Uint8Array,
  argv: readonly string[],
])[] = [
  ['SYNs', TUPLES, synOf, ['stats', '--by', 'conversations', '--json', '-f', 'a_addr == 10.9.9.9']],
  ['SYNs, followed', TUPLES, synOf, ['follow', '--list', '--json']],
  ['fragments', FRAGMENTS, fragmentOf, ['stats', '--by', 'summary,protocols', '--json']],
  ['holes', HOLES, holeOf, ['stats', '--by', 'summary,http', '--json']],
  ['DNS queries without an answer', QUERIES, queryOf, ['stats', '--by', 'dns', '--json']],
];

promised(
  {
    id: 'H5',
    says: 'What strangers send does not fill memory. netwatch keeps flows, fragments, waiting messages and unanswered queries up to a limit for each; it first forgets those that have been silent longest, and says how many it forgot. Whatever comes, it needs 400 MB at most, and it does not forget a connection that stays active.',
    tested: `Floods from a pipe: ${TUPLES.toLocaleString('en')} SYNs, each with a tuple of its own, ${FRAGMENTS.toLocaleString('en')} datagrams of which only one fragment comes, ${HOLES.toLocaleString('en')} segments behind gaps of 2,000 connections, ${QUERIES.toLocaleString('en')} queries without an answer; an honest connection in each flood.`,
    notPromised:
      'The records of what netwatch forgot: they are missing, or were printed earlier. netwatch says how many there were. The 400 MB where each connection begins an HTTP request that never ends: those take 530 MB.',
    skipped: null,
    timeoutMs: 300_000,
  },
  async () => {
    const figures: string[] = [];
    for (const [name, count, frameOf, argv] of FLOODS) {
      const ran = await measured([...argv, '-r', '-'], Readable.from(capture(count, frameOf)));
      expect([name, ran.status]).toEqual([name, 0]);
      expect([name, ran.rssBytes]).toEqual([name, expect.toSatisfy((bytes: number) => bytes < MOST_RSS)]);
      if (frameOf === synOf) honestIn(ran, count);
      figures.push(`${name} ${(ran.rssBytes / 1e6).toFixed(0)}`);
    }
    return `megabytes at most: ${figures.join(', ')}; the honest connection whole`;
  },
);

/** The connection that went on was counted to its end, and what was forgotten is said. */
function honestIn({ stdout, stderr }: Measured, count: number): void {
  const rows = recordsOf<{ a_addr: string; packets?: number; a_packets: number }>(stdout);
  expect(rows.filter(({ a_addr }) => a_addr === '10.9.9.9').map(({ a_packets }) => a_packets)).toEqual([
    Math.ceil(count / HONEST_EACH),
  ]);
  expect(stderr).toMatch(/forgotten|dropped|left out/);
}
