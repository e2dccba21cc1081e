import type { ChunkWalk } from '../message-framing.ts';
import type { HttpExchange } from './http-exchange.ts';

/** One side of an HTTP connection: where its bytes and its messages lie, in sequence numbers. */
export class HttpSide implements ChunkWalk {
  bodyAt = 0;
  chunkAt = -1;
  chunkLeft = 0;

  /** Bytes are missing since the message before the last one began. */
  hasHole = false;
  /** Where the last message begins, and what its sender had of the other side then. */
  seq = 0;
  ack = 0;
  /** It came before: nothing is paired with it. */
  isRepeated = false;
  /** What it belongs to, once that has been found out. */
  exchange: HttpExchange | null = null;
  isPaired = false;
  /** Of the message before it: where it begins and ends, and what its sender had. */
  lastSeq = 0;
  lastAck = 0;
  hadEnd = false;
  lastEnd = 0;

  private hasMessage = false;
  private isWhole = false;
  private hasEnd = false;
  private end = 0;
  private hasSeen = false;
  private seenEnd = 0;

  /** The last message begins where the one before it ended. */
  get follows(): boolean {
    return this.hadEnd && ((this.seq - this.lastEnd) | 0) <= 0;
  }

  /** Whether bytes before `seq` did not come. */
  lacks(seq: number): boolean {
    return this.hasSeen && ((seq - this.seenEnd) | 0) > 0;
  }

  /** The bytes of [from, to) are there. */
  see(from: number, to: number): void {
    if (this.hasSeen && ((from - this.seenEnd) | 0) > 0) this.hasHole = true;
    if (this.hasSeen && ((to - this.seenEnd) | 0) <= 0) return;
    this.hasSeen = true;
    this.seenEnd = to;
  }

  /** The other side had the bytes before `seq` when it spoke first. */
  expect(seq: number): void {
    if (this.hasSeen || this.hasMessage) return;
    this.hasSeen = this.hasEnd = true;
    this.seenEnd = this.end = seq;
  }

  /** The other side answered what is missing before `seq`. */
  skipTo(seq: number): void {
    if (this.hasEnd && ((seq - this.end) | 0) > 0) this.end = seq;
  }

  /** A message begins at `seq`, or is looked at again as more of it has come. */
  begin(seq: number, ack: number): void {
    const ahead = this.hasMessage ? (seq - this.seq) | 0 : 1;
    this.isRepeated = ahead < 0 || (ahead === 0 && this.isWhole);
    if (ahead <= 0) return;
    this.lastSeq = this.seq;
    this.lastAck = this.ack;
    this.lastEnd = this.end;
    this.hadEnd = this.hasEnd;
    this.hasMessage = true;
    this.isWhole = this.isPaired = this.hasEnd = false;
    this.seq = seq;
    this.ack = ack;
    this.exchange = null;
  }

  /** The last message ends before `seq`, all of which has come, or not. */
  endAt(seq: number, isWhole: boolean): void {
    if (this.isRepeated) return;
    this.hasEnd = true;
    this.end = seq;
    this.isWhole = isWhole;
  }
}
