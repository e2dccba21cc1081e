import type { EndpointHash } from './endpoint-hash.ts';
import { Flow } from './flow.ts';
import type { Packet } from './packet.ts';
import { packSyn, scaleOfSyn, windowOfSyn } from './tcp-first-syn.ts';

const FIRST_ROOM = 1024;
// A row of words fills a line of the processor's cache: to compare all of a key fetches one.
const WORDS = 16;
/** The transport, and the version of IP in the lowest byte. */
const KIND = 0;
/** The port of A in the upper half, that of B in the lower. */
const PORTS = 1;
const A = 2;
const B = 6;
const SEQ = 10;
/** What `packSyn` makes of the window and its scale. */
const SYN = 11;
const LENGTH = 12;
const STREAM = 13;
const SLOT = 14;
// When it came, beside, because no key is compared with that.
const TIMES = 3;
const SECONDS = 0;
const NANOSECONDS = 1;
const PACKET = 2;

/**
 * Connections of which one packet was seen, a SYN without data from A to B, as rows of columns: a flow is made of a row
 * when another packet comes. Rows are in no order, and hold nothing but words: what a flow is given out of an array of doubles
 * V8 keeps as a double in all flows, which took a tenth more time on a mix. Measured on a scan of a million ports: to make, keep and forget a flow for
 * each was two thirds of the whole time, and 140 MB.
 */
export class AskedConnections {
  length = 0;
  private words = new Int32Array(FIRST_ROOM * WORDS);
  private times = new Int32Array(FIRST_ROOM * TIMES);

  /** Whether all that is kept of this packet fits into words: one without a time, or after 2038, does not. */
  takes({ seconds, nanoseconds, number, length }: Packet): boolean {
    return isWord(seconds) && isWord(nanoseconds) && isWord(number) && isWord(length);
  }

  /** Adds the one of this packet, which the slot points to. */
  add(
    packet: Packet,
    transport: number,
    srcPort: number,
    dstPort: number,
    scale: number,
    stream: number,
    slot: number,
  ): void {
    const at = this.length * WORDS;
    if (at === this.words.length) {
      this.words = twice(this.words);
      this.times = twice(this.times);
    }
    const { words, times } = this;
    words[at + KIND] = (transport << 8) | packet.ipVersion;
    words[at + PORTS] = (srcPort << 16) | dstPort;
    words[at + A] = packet.src0;
    words[at + A + 1] = packet.src1;
    words[at + A + 2] = packet.src2;
    words[at + A + 3] = packet.src3;
    words[at + B] = packet.dst0;
    words[at + B + 1] = packet.dst1;
    words[at + B + 2] = packet.dst2;
    words[at + B + 3] = packet.dst3;
    words[at + SEQ] = packet.tcpSeq;
    words[at + SYN] = packSyn(packet.tcpWindow, scale);
    words[at + LENGTH] = packet.length;
    words[at + STREAM] = stream;
    words[at + SLOT] = slot;
    const time = this.length * TIMES;
    times[time + SECONDS] = packet.seconds;
    times[time + NANOSECONDS] = packet.nanoseconds;
    times[time + PACKET] = packet.number;
    this.length++;
  }

  /** Sets `packet.direction` of a packet of the connection; false, and nothing set, for one that is not of it. */
  has(row: number, packet: Packet, transport: number, srcPort: number, dstPort: number): boolean {
    const { words } = this;
    const at = row * WORDS;
    if (words[at + KIND] !== ((transport << 8) | packet.ipVersion)) return false;
    const ports = words[at + PORTS]!;
    const { src0, src1, src2, src3, dst0, dst1, dst2, dst3 } = packet;
    if (
      ports === ((srcPort << 16) | dstPort) &&
      this.isEnd(at + A, src0, src1, src2, src3) &&
      this.isEnd(at + B, dst0, dst1, dst2, dst3)
    ) {
      packet.direction = 0;
      return true;
    }
    if (
      ports === ((dstPort << 16) | srcPort) &&
      this.isEnd(at + A, dst0, dst1, dst2, dst3) &&
      this.isEnd(at + B, src0, src1, src2, src3)
    ) {
      packet.direction = 1;
      return true;
    }
    return false;
  }

  private isEnd(at: number, w0: number, w1: number, w2: number, w3: number): boolean {
    const { words } = this;
    return words[at] === w0 && words[at + 1] === w1 && words[at + 2] === w2 && words[at + 3] === w3;
  }

  /** The number of its packet. */
  packetOf(row: number): number {
    return this.times[row * TIMES + PACKET]!;
  }

  hashOf(row: number, hash: EndpointHash): number {
    const { words } = this;
    const at = row * WORDS;
    const kind = words[at + KIND]!;
    const ports = words[at + PORTS]!;
    return hash.ofEnds(
      kind >> 8,
      kind & 0xff,
      words[at + A]!,
      words[at + A + 1]!,
      words[at + A + 2]!,
      words[at + A + 3]!,
      ports >>> 16,
      words[at + B]!,
      words[at + B + 1]!,
      words[at + B + 2]!,
      words[at + B + 3]!,
      ports & 0xffff,
    );
  }

  slotOf(row: number): number {
    return this.words[row * WORDS + SLOT]!;
  }

  moveTo(row: number, slot: number): void {
    this.words[row * WORDS + SLOT] = slot;
  }

  /** The flow that it would be, had it been one from the start. */
  flowOf(row: number): Flow {
    const { words, times } = this;
    const at = row * WORDS;
    const time = row * TIMES;
    const ends = {
      ipVersion: words[at + KIND]! & 0xff,
      src0: words[at + A]!,
      src1: words[at + A + 1]!,
      src2: words[at + A + 2]!,
      src3: words[at + A + 3]!,
      dst0: words[at + B]!,
      dst1: words[at + B + 1]!,
      dst2: words[at + B + 2]!,
      dst3: words[at + B + 3]!,
    };
    const ports = words[at + PORTS]!;
    const flow = new Flow(words[at + STREAM]!, words[at + KIND]! >> 8, ends, ports >>> 16, ports & 0xffff);
    flow.firstSeconds = flow.lastSeconds = times[time + SECONDS]!;
    flow.firstNanoseconds = flow.lastNanoseconds = times[time + NANOSECONDS]!;
    flow.lastPacket = times[time + PACKET]!;
    flow.aPackets = 1;
    flow.aBytes = words[at + LENGTH]!;
    flow.beginWithSyn(words[at + SEQ]!, windowOfSyn(words[at + SYN]!), scaleOfSyn(words[at + SYN]!));
    return flow;
  }

  /** Removes one. The last row takes its place, if it was not the last itself. */
  remove(row: number): void {
    const last = --this.length;
    if (row === last) return;
    this.words.copyWithin(row * WORDS, last * WORDS, (last + 1) * WORDS);
    this.times.copyWithin(row * TIMES, last * TIMES, (last + 1) * TIMES);
  }
}

const isWord = (value: number): boolean => (value | 0) === value;

function twice(old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(old.length * 2);
  larger.set(old);
  return larger;
}
