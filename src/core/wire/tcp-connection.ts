import type { Direction } from './direction.ts';
import { SILENT, TcpDirection, UNSCALED, UNSEEN } from './tcp-direction.ts';
import { ACK, FIN, RST, SYN } from './tcp-flags.ts';

/** How far a connection got that nobody ended, in the words of RFC 9293, 3.3.2. */
export type Opening = 'SYN_SENT' | 'SYN_RECV' | 'ESTABLISHED';

/** What remains known about a connection that is over. */
export interface PastConnection {
  readonly opening: Opening;
  /** Bytes that A and B sent, as sequence numbers say. */
  readonly aBytes: number;
  readonly bBytes: number;
}

/** What a connection reads of a segment, which a packet has: its TCP header, its direction and its time. */
export interface Segment {
  readonly direction: Direction;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly tcpFlags: number;
  readonly tcpSeq: number;
  readonly tcpAck: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** What is remembered of a TCP connection from segment to segment. */
export class TcpConnection {
  /** From A, who sent the first packet seen, and from B. */
  a: TcpDirection = SILENT;
  b: TcpDirection = SILENT;
  /** Port of the side that was asked for the connection; 0 when its SYN was not seen. */
  serverPort = 0;
  /** Which side asked: 0 for A, 1 for B, -1 when no SYN was seen. */
  client = -1;
  /** Times of the SYN, of the SYN-ACK and of the ACK that ends the handshake, where those were seen. */
  hasSyn = false;
  synSeconds = 0;
  synNanoseconds = 0;
  hasSynAck = false;
  synAckSeconds = 0;
  synAckNanoseconds = 0;
  hasAck = false;
  ackSeconds = 0;
  ackNanoseconds = 0;
  /** From SYN to the first ACK after it; 0 when it is not known, or took no time that the clock could tell. */
  firstRttNanoseconds = 0;
  /** FIN seen from A (1) and B (2), RST (4). */
  ended = 0;
  retransmissions = 0;
  /** In place of its sides, when it is over. */
  past: PastConnection | null = null;

  /** What is remembered of the side that sends (0 for A), from now on: in a flood most sides never do. */
  sender(direction: number): TcpDirection {
    if (direction === 0) {
      if (this.a === SILENT) this.a = new TcpDirection();
      return this.a;
    }
    if (this.b === SILENT) this.b = new TcpDirection();
    return this.b;
  }

  /** Takes in the option of a SYN: windows are scaled when both sides offer it, and not at all else (RFC 7323, 2.2). */
  offerScale(forward: TcpDirection, shift: number): void {
    const reverse = forward === this.a ? this.b : this.a;
    forward.windowScale = shift;
    if (reverse.windowScale === UNSEEN) return;
    if (shift === UNSCALED || reverse.windowScale === UNSCALED) forward.windowScale = reverse.windowScale = UNSCALED;
  }

  /** Follows the handshake and the end; before the segment is analysed. */
  follow(segment: Segment, length: number): void {
    const { tcpFlags: flags, tcpSeq: seq } = segment;
    const forward = this.sender(segment.direction);
    if (!forward.hasBase) {
      forward.baseSeq = (flags & SYN) !== 0 ? seq : (seq - 1) | 0;
      forward.hasBase = true;
    }
    if ((flags & ACK) !== 0 && !(segment.direction === 0 ? this.b : this.a).hasBase) {
      const reverse = this.sender(1 - segment.direction);
      reverse.baseSeq = (segment.tcpAck - 1) | 0;
      reverse.hasBase = true;
    }
    if ((flags & SYN) !== 0) this.followSyn(segment);
    else if ((flags & ACK) !== 0 && this.firstRttNanoseconds === 0) this.followAck(segment, length);
    if ((flags & FIN) !== 0) {
      forward.finSeen = true;
      this.ended |= segment.direction === 0 ? 1 : 2;
    }
    if ((flags & RST) !== 0) this.ended |= 4;
  }

  /** The first segment after the SYN that acknowledges anything ends the handshake, as for tcp.analysis.initial_rtt. */
  private followAck(segment: Segment, length: number): void {
    if (!this.hasAck && segment.direction === this.client && length === 0) {
      this.hasAck = true;
      this.ackSeconds = segment.seconds;
      this.ackNanoseconds = segment.nanoseconds;
    }
    if (!this.hasSyn) return;
    const rtt = (segment.seconds - this.synSeconds) * 1e9 + segment.nanoseconds - this.synNanoseconds;
    if (rtt > 0) this.firstRttNanoseconds = rtt;
  }

  private followSyn(segment: Segment): void {
    if ((segment.tcpFlags & ACK) === 0) {
      this.client = segment.direction;
      this.serverPort = segment.dstPort;
      this.hasSyn = true;
      this.synSeconds = segment.seconds;
      this.synNanoseconds = segment.nanoseconds;
    } else {
      if (this.client < 0) this.client = 1 - segment.direction;
      if (this.serverPort === 0) this.serverPort = segment.srcPort;
      if (!this.hasSynAck) {
        this.hasSynAck = true;
        this.synAckSeconds = segment.seconds;
        this.synAckNanoseconds = segment.nanoseconds;
      }
    }
  }
}
