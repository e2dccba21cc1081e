import { Packet } from '../../src/core/wire/packet.ts';
import type { Corpus, Frame } from './corpus.ts';
import { mutateBytes } from './mutate-bytes.ts';
import type { Prng } from './prng.ts';
import { mutateStream, NUMBERS_OF_STREAM, STREAM, together } from './stream.ts';
import { type Input, piece } from './target.ts';

/** Numbers of the pieces of the form `frames`: link type, bytes that the wire had more, kind of clock. */
export const FRAMES = 'frames';
const MOST_FRAMES = 128;
const MOST_STREAMS = 12;

/** Packets for a target: damaged frames of all kinds, or a damaged conversation. */
export function makePackets(prng: Prng, corpus: Corpus): Input {
  if (prng.once(2)) return makeFrames(prng, corpus);
  const { conversations, stock } = corpus;
  const one = (): Input => mutateStream(prng, prng.of(conversations), stock, conversations);
  return together(prng, Array.from({ length: 1 + prng.below(MOST_STREAMS) }, one));
}

function makeFrames(prng: Prng, corpus: Corpus): Input {
  const pieces = [];
  const clock = prng.once(10) ? 1 + prng.below(4) : 0;
  // the same frame some times over: what it began is there when its damaged twin comes
  let base: Frame = prng.of(corpus.frames);
  for (let left = 1 + prng.below(MOST_FRAMES); left > 0; left--) {
    if (!prng.once(4)) base = prng.of(corpus.frames);
    const bytes = prng.once(6) ? base.bytes : mutateBytes(prng, base.bytes, corpus.stock, true);
    const linkType = prng.once(40) ? prng.of(corpus.linkTypes) : base.linkType;
    pieces.push(piece(bytes, linkType, prng.once(5) ? prng.below(1600) : 0, clock));
  }
  return { form: FRAMES, numbers: [], pieces };
}

const START = 1_735_689_600;
/** What readers can give for a time: as usual, none, before 1970, the last of 64 bits in seconds, one that jumps. */
const CLOCKS: readonly ((index: number) => number)[] = [
  (index) => START + Math.floor(index / 100),
  () => Number.NaN,
  (index) => -2_147_483_648 + index,
  (index) => 2 ** 64 - 2048 * index,
  (index) => START + ((index * 7919) % 4) * 1000 - 2000,
];

/** Frames of an input as a reader sets them, in one buffer that the next input overwrites. */
export class FrameSource {
  readonly packet = new Packet();
  private readonly buffer = new Uint8Array(4 * 1024 * 1024);
  private readonly view = new DataView(this.buffer.buffer);
  private at = 0;
  /** Bytes so far, of both sides of each conversation. */
  private readonly next: number[] = [];

  /** Sets `packet` to each frame in turn and calls `take`. */
  feed(input: Input, take: (packet: Packet) => void): void {
    this.at = 0;
    this.packet.number = 0;
    this.next.length = 0;
    for (const [index, { bytes, numbers }] of input.pieces.entries()) {
      if (this.at + bytes.length + 128 > this.buffer.length) this.at = 0;
      const start = this.at;
      if (input.form === STREAM) this.segment(input, bytes, numbers, index, take);
      else {
        const [linkType = 1, more = 0, clock = 0] = numbers;
        this.buffer.set(bytes, start);
        this.at += bytes.length;
        this.frame(start, bytes.length + more, index, clock, linkType, take);
      }
    }
  }

  private frame(
    start: number,
    length: number,
    index: number,
    clock: number,
    link: number,
    take: (packet: Packet) => void,
  ): void {
    const seconds = (CLOCKS[clock] ?? CLOCKS[0]!)(index);
    const nanoseconds = Number.isNaN(seconds) ? 0 : (index * 10_000_019) % 1_000_000_000;
    this.packet.begin(this.buffer, start, this.at, length, seconds, nanoseconds, 0, link);
    take(this.packet);
  }

  /** Ethernet, IPv4 or IPv6, TCP or UDP around a piece of a stream. */
  private segment(
    input: Input,
    bytes: Uint8Array,
    numbers: readonly number[],
    index: number,
    take: (packet: Packet) => void,
  ): void {
    const [side = 0, flags = 0x18, place = -1, kept = -1, stream = 0] = numbers;
    const of = stream * NUMBERS_OF_STREAM;
    const [transport = 6, clientPort = 0, serverPort = 0, version = 4, clock = 0] = input.numbers.slice(of);
    const { buffer, view } = this;
    const start = this.at;
    const network = version === 6 ? 40 : 20;
    const header = transport === 6 ? 20 : 8;
    const total = network + header + bytes.length;
    if (total > 65_535) return;
    buffer.fill(0, start, start + 14 + network + header);
    view.setUint16(start + 12, version === 6 ? 0x86dd : 0x0800);
    let at = start + 14;
    buffer[at] = version === 6 ? 0x60 : 0x45;
    if (version === 6) {
      view.setUint16(at + 4, total - network);
      buffer[at + 6] = transport;
      buffer[at + 7] = 64;
      buffer[at + 23] = 1 + side;
      buffer[at + 39] = 2 - side;
    } else {
      view.setUint16(at + 2, total);
      buffer[at + 8] = 64;
      buffer[at + 9] = transport;
      view.setUint32(at + 12, 0x0a00_0001 + side);
      view.setUint32(at + 16, 0x0a00_0002 - side);
    }
    at += network;
    view.setUint16(at, side === 0 ? clientPort : serverPort);
    view.setUint16(at + 2, side === 0 ? serverPort : clientPort);
    if (transport === 6) {
      const isExtra = (flags & 3) !== 0 ? 1 : 0;
      const own = 2 * stream + side;
      const sent = this.next[own] ?? 0;
      view.setUint32(at + 4, 1000 + (place < 0 ? sent : 1 + place));
      view.setUint32(at + 8, 1000 + (this.next[own ^ 1] ?? 0));
      buffer[at + 12] = 0x50;
      buffer[at + 13] = flags;
      view.setUint16(at + 14, 65_535);
      if (place < 0) this.next[own] = sent + bytes.length + isExtra;
    } else view.setUint16(at + 4, header + bytes.length);
    at += header;
    const captured = kept < 0 ? bytes.length : Math.min(kept, bytes.length);
    buffer.set(captured === bytes.length ? bytes : bytes.subarray(0, captured), at);
    this.at = at + captured;
    this.frame(start, 14 + total, index, clock, 1, take);
  }
}
