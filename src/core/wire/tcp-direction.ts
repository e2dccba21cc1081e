import type { Direction } from './direction.ts';

/** A message that lies in several segments: [seq, nextMessage) of one direction's sequence numbers. */
export interface PendingMessage {
  readonly seq: number;
  /** Where the message after it begins, as far as is known. */
  nextMessage: number;
  /** Its length is not known: the next segment is taken whole. */
  takesSegment: boolean;
  /** It ends with the connection. */
  untilFin: boolean;
  bytes: Uint8Array;
  /** Bytes that are needed again, from the start; -1 for all: `bytes` holds no others. */
  kept: number;
  /** Bytes left out of the middle, before all that may still come. */
  dropped: number;
  /** Bytes there without a gap. */
  filled: number;
  /** Pieces after a gap, as pairs of start and end. */
  later: number[];
  /** Dissected: kept to know its segments when they come again. */
  done: boolean;
}

/** A segment that came before the one it follows. */
export interface EarlySegment {
  /** Of its first byte. */
  readonly seq: number;
  /** Bytes on the wire; `bytes` has those that were captured. */
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly flags: number;
  readonly ack: number;
  readonly number: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** The segments of one direction that wait for those before them, in the order in which they came. */
export interface EarlySide {
  readonly direction: Direction;
  readonly segments: EarlySegment[];
  bytes: number;
  /** The lowest sequence number among them. */
  lowest: number;
}

/** Most directions never wait for anything: they share this, which stays empty. */
export const NONE: PendingMessage[] = [];
/** And most messages have no piece after a gap. */
export const NO_PIECES: number[] = [];

/** `windowScale` before a SYN was seen, and when it, or that of the other side, had no such option. */
export const UNSEEN = -1;
export const UNSCALED = -2;

/** What is remembered of the segments of one side. Sequence numbers are signed 32 bits, compared by difference. */
export class TcpDirection {
  /** The initial sequence number, or the one before the first byte seen. */
  baseSeq = 0;
  hasBase = false;
  /** The highest sequence number after a segment, and when it came. */
  nextSeq = 0;
  hasNext = false;
  nextSeqSeconds = 0;
  nextSeqNanoseconds = 0;
  /** The highest sequence number without a hole before it: the other side may acknowledge as much. */
  maxSeqToBeAcked = 0;
  hasMaxSeqToBeAcked = false;
  /** Of the last segment; 0 when it was none that acknowledges. */
  lastAck = 0;
  lastAckSeconds = 0;
  lastAckNanoseconds = 0;
  /** As in the last header, and in bytes. */
  window = 0;
  hasWindow = false;
  scaledWindow = 0;
  /** Shift of the window scale option, UNSEEN or UNSCALED. */
  windowScale = UNSEEN;
  finSeen = false;
  /** Bytes before its stream, which a proxy put there. */
  preamble = 0;
  /** Analysis bits of the last segment. */
  lastAnalysis = 0;
  duplicateAcks = 0;
  /** Sequence number of the payload that is to be handed on next, once any of it or the SYN was seen. */
  dataSeq = 0;
  hasDataSeq = false;
  /** What came before that; null when nothing waits. */
  early: EarlySide | null = null;
  /** Pieces of messages that wait for their rest, the oldest first. */
  pending: PendingMessage[] = NONE;
}

/** In place of a side that has sent and acknowledged nothing: one object for all, which nobody changes. */
export const SILENT = new TcpDirection();
