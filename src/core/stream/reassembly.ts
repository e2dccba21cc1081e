import type { Direction } from '../wire/direction.ts';
import type { Packet } from '../wire/packet.ts';
import { ACK, SYN } from '../wire/tcp-flags.ts';

/** A piece of one direction, in sequence order. The object is reused: `bytes` is valid only during the call. */
export interface Piece {
  /** 0 from A, 1 from B. */
  direction: Direction;
  /** Offset of its first byte in the direction, gaps included. */
  offset: number;
  /** Bytes that are missing between the previous piece and this one. */
  missing: number;
  bytes: Uint8Array;
  start: number;
  end: number;
  /** Number and time of the packet that carried it. */
  packet: number;
  seconds: number;
  nanoseconds: number;
}

/** The state of one direction so far. */
export interface Followed {
  readonly bytes: number;
  readonly gaps: number;
  readonly missing: number;
  /** Captured, but after a gap that never closed and that the other side never acknowledged. */
  readonly heldBytes: number;
}

/** A segment that came before the one it follows. */
interface Held {
  readonly seq: number;
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly packet: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

const NOTHING = new Uint8Array(0);
/** Most sides never hold anything: they share this, which stays empty. */
const NONE: Held[] = [];

class HalfStream implements Followed {
  bytes = 0;
  gaps = 0;
  missing = 0;
  heldBytes = 0;
  /** The sequence number that comes next, from the initial one. */
  next = 0;
  started = false;
  hasAcked = false;
  offset = 0;
  /** Bytes lost since the last piece. */
  hole = 0;
  held: Held[] = NONE;
  /** The lowest sequence number held. */
  lowest = 0;
}

/** Stands for every side that sent nothing; shared, and never changed. */
const SILENT = new HalfStream();
/** The most segments that are held of one direction. */
const MOST_HELD = 10_000;

/**
 * Reassembles one TCP connection in sequence order, by the rules of tshark's follow. Repeated or overlapping data is
 * trimmed to what is new, so the first copy wins. Data that comes early waits. A gap is skipped when the other side
 * acknowledges bytes after it, because then only the capture has lost them. Each piece is passed to `deliver`; without
 * it, bytes are counted and not kept. `mostHeldBytes` limits what waits: beyond it, gaps are skipped.
 */
export class Reassembly {
  private a = SILENT;
  private b = SILENT;
  private readonly deliver: ((piece: Piece) => void) | null;
  private readonly mostHeldBytes: number;

  constructor(mostHeldBytes: number, deliver: ((piece: Piece) => void) | null) {
    this.mostHeldBytes = mostHeldBytes;
    this.deliver = deliver;
  }

  /** The state of A's and of B's half. */
  get sides(): readonly [Followed, Followed] {
    return [this.a, this.b];
  }

  /** Whether there is nothing to report about it. */
  get isEmpty(): boolean {
    return isEmpty(this.a) && isEmpty(this.b);
  }

  /** Processes the innermost TCP segment of the packet, which must belong to this connection. */
  take(packet: Packet): void {
    const { tcpFlags, direction } = packet;
    const { a, b } = packet.flow!.tcp!;
    const [forward, reverse] = direction === 0 ? [a, b] : [b, a];
    const half = this.sender(direction);
    const other = direction === 0 ? this.b : this.a;
    if ((tcpFlags & ACK) !== 0) {
      half.hasAcked = true;
      if (other.held.length > 0)
        this.settle(other, direction === 0 ? 1 : 0, (packet.tcpAck - reverse.baseSeq) | 0, true);
    }
    let seq = (packet.tcpSeq - forward.baseSeq) | 0;
    if ((tcpFlags & SYN) !== 0) seq = (seq + 1) | 0;
    if (!half.started || (half.bytes === 0 && half.next === 0)) {
      half.started = true;
      half.next = seq;
    }
    let { payloadStart: start, payloadEnd: end, payloadLength: length } = packet;
    const known = (half.next - seq) | 0;
    if (known > 0) {
      if (length <= known) return;
      start += known;
      length -= known;
      seq = half.next;
    }
    if (end <= start) return;
    if (length < end - start) end = start + length;
    if (seq === half.next) {
      const { payloadBytes, number, seconds, nanoseconds } = packet;
      this.pass(half, direction, payloadBytes, start, end, length, number, seconds, nanoseconds);
      if (half.held.length > 0) this.settle(half, direction, 0, false);
    } else this.hold(half, direction, seq, packet, start, end);
  }

  /**
   * The capture is over. If the other side was not captured at all, nothing could be acknowledged: gaps are skipped.
   */
  end(): void {
    if (!this.b.hasAcked) this.flush(this.a, 0);
    if (!this.a.hasAcked) this.flush(this.b, 1);
  }

  private sender(direction: Direction): HalfStream {
    if (direction === 0) {
      if (this.a === SILENT) this.a = new HalfStream();
      return this.a;
    }
    if (this.b === SILENT) this.b = new HalfStream();
    return this.b;
  }

  private pass(
    half: HalfStream,
    direction: Direction,
    bytes: Uint8Array,
    start: number,
    end: number,
    length: number,
    packet: number,
    seconds: number,
    nanoseconds: number,
  ): void {
    half.bytes += end - start;
    if (this.deliver !== null) {
      piece.direction = direction;
      piece.offset = half.offset;
      piece.missing = half.hole;
      piece.bytes = bytes;
      piece.start = start;
      piece.end = end;
      piece.packet = packet;
      piece.seconds = seconds;
      piece.nanoseconds = nanoseconds;
      this.deliver(piece);
    }
    half.next = (half.next + length) | 0;
    half.offset += length;
    half.hole = 0;
    if (length > end - start) lose(half, length - (end - start)); // the capture cut the frame
  }

  private hold(half: HalfStream, direction: Direction, seq: number, packet: Packet, start: number, end: number): void {
    const length = end - start;
    if (half.held.length === 0 || ((seq - half.lowest) | 0) < 0) half.lowest = seq;
    if (half.held === NONE) half.held = [];
    half.held.push({
      seq,
      length,
      bytes: this.deliver === null ? NOTHING : packet.payloadBytes.slice(start, end),
      packet: packet.number,
      seconds: packet.seconds,
      nanoseconds: packet.nanoseconds,
    });
    half.heldBytes += length;
    while (half.heldBytes > this.mostHeldBytes || half.held.length > MOST_HELD) this.skipGap(half, direction);
  }

  /** Passes on what waited and can go now; with `acks`, skips gaps before what `acknowledged` covers. */
  private settle(half: HalfStream, direction: Direction, acknowledged: number, acks: boolean): void {
    while (half.held.length > 0) {
      if (((half.lowest - half.next) | 0) <= 0) this.release(half, direction);
      else if (acks && ((acknowledged - half.lowest) | 0) > 0) this.skipGap(half, direction);
      else return;
    }
  }

  private flush(half: HalfStream, direction: Direction): void {
    while (half.held.length > 0) {
      if (((half.lowest - half.next) | 0) <= 0) this.release(half, direction);
      else this.skipGap(half, direction);
    }
  }

  /** The first segment that came among those which begin at or before the next byte. */
  private release(half: HalfStream, direction: Direction): void {
    const index = half.held.findIndex(({ seq }) => ((seq - half.next) | 0) <= 0);
    const [one] = half.held.splice(index, 1) as [Held];
    half.heldBytes -= one.length;
    if (half.held.length > 0 && one.seq === half.lowest) half.lowest = lowestOf(half.held);
    // found by this difference: the opposite one is as negative for what lies half of all numbers away
    const known = 0 - ((one.seq - half.next) | 0); // not -0, which V8 keeps as a double
    const length = one.length - known;
    if (length <= 0) return;
    const start = this.deliver === null ? 0 : known;
    this.pass(half, direction, one.bytes, start, start + length, length, one.packet, one.seconds, one.nanoseconds);
  }

  private skipGap(half: HalfStream, direction: Direction): void {
    const gap = (half.lowest - half.next) | 0;
    if (gap > 0) {
      half.next = half.lowest;
      half.offset += gap;
      lose(half, gap);
    }
    this.settle(half, direction, 0, false);
  }
}

const piece: Piece = {
  direction: 0,
  offset: 0,
  missing: 0,
  bytes: NOTHING,
  start: 0,
  end: 0,
  packet: 0,
  seconds: 0,
  nanoseconds: 0,
};

const isEmpty = ({ bytes, gaps, heldBytes }: Followed): boolean => bytes === 0 && gaps === 0 && heldBytes === 0;

function lose(half: HalfStream, bytes: number): void {
  half.gaps++;
  half.missing += bytes;
  half.hole += bytes;
}

function lowestOf(held: readonly Held[]): number {
  let lowest = held[0]!.seq;
  for (const { seq } of held) if (((seq - lowest) | 0) < 0) lowest = seq;
  return lowest;
}
