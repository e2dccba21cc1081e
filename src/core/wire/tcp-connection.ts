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
  readonly tcpWindow: number;
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
  /** Times of the last SYN, of the first SYN-ACK to it, and of the ACK that ends the handshake, where those were seen. */
  hasSyn = false;
  synSeconds = 0;
  synNanoseconds = 0;
  hasSynAck = false;
  synAckSeconds = 0;
  synAckNanoseconds = 0;
  hasAck = false;
  ackSeconds = 0;
  ackNanoseconds = 0;
  /** The SYN was sent again after the SYN-ACK: another one is expected. */
  isAskedAgain = false;
  /** The last SYN was answered by RST. */
  isRefused = false;
  /** Data came with SYN or SYN-ACK (RFC 7413): the numbers that follow are not only one higher. */
  isFastOpen = false;
  /** From SYN to the first ACK after it; 0 when it is not known, or took no time that the clock could tell. */
  firstRttNanoseconds = 0;
  /** Where not all connections are: its stream is read from now on. */
  isRead = false;
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
    if ((flags & SYN) !== 0) this.followSyn(segment, length);
    else if ((flags & ACK) !== 0) this.followAck(segment);
    if ((flags & FIN) !== 0) {
      forward.finSeen = true;
      this.ended |= segment.direction === 0 ? 1 : 2;
    }
    if ((flags & RST) !== 0) {
      this.ended |= 4;
      if (this.hasSyn && !this.hasSynAck && segment.direction !== this.client) this.isRefused = true;
    }
  }

  /**
   * Keeps what the next segments are compared with, after the segment was analysed and `found` to be that. A zero window probe
   * moves no numbers on.
   */
  remember(segment: Segment, length: number, found: number, isProbe: boolean): void {
    const { tcpFlags: flags, tcpSeq: seq, tcpWindow: window } = segment;
    const forward = segment.direction === 0 ? this.a : this.b;
    const next = (seq + length + ((flags & (SYN | FIN)) !== 0 ? 1 : 0)) | 0;
    if (!isProbe) {
      if (!forward.hasNext || ((next - forward.nextSeq) | 0) > 0) {
        forward.nextSeq = next;
        forward.hasNext = next !== 0; // 0 as of a reset in answer to a SYN: as in Wireshark it tells of nothing sent
        forward.nextSeqSeconds = segment.seconds;
        forward.nextSeqNanoseconds = segment.nanoseconds;
      }
      if (!forward.hasMaxSeqToBeAcked || seq === forward.maxSeqToBeAcked) {
        forward.maxSeqToBeAcked = forward.nextSeq;
        forward.hasMaxSeqToBeAcked = forward.nextSeq !== 0;
      }
    }
    forward.window = window;
    forward.hasWindow = true;
    forward.scaledWindow = (flags & SYN) === 0 && forward.windowScale > 0 ? window << forward.windowScale : window;
    forward.lastAck = (flags & ACK) !== 0 ? segment.tcpAck : 0;
    forward.lastAckSeconds = segment.seconds;
    forward.lastAckNanoseconds = segment.nanoseconds;
    forward.lastAnalysis = found;
  }

  private followAck(segment: Segment): void {
    if (!this.hasAck && this.endsHandshake(segment)) {
      this.hasAck = true;
      this.ackSeconds = segment.seconds;
      this.ackNanoseconds = segment.nanoseconds;
    }
    // the first segment after the SYN that acknowledges anything, whoever sends it: tcp.analysis.initial_rtt
    if (!this.hasSyn || this.firstRttNanoseconds !== 0) return;
    const rtt = (segment.seconds - this.synSeconds) * 1e9 + segment.nanoseconds - this.synNanoseconds;
    if (rtt > 0) this.firstRttNanoseconds = rtt;
  }

  /** The third segment of a handshake (RFC 9293, 3.5), and not one that came after a third that was not captured. */
  private endsHandshake({ direction, tcpFlags, tcpSeq, tcpAck }: Segment): boolean {
    if (!this.hasSynAck || direction !== this.client || (tcpFlags & RST) !== 0) return false;
    return (
      this.isNext(tcpSeq, direction === 0 ? this.a : this.b) && this.isNext(tcpAck, direction === 0 ? this.b : this.a)
    );
  }

  private followSyn(segment: Segment, length: number): void {
    if (this.hasAck) return; // the handshake is over: an old one that was under way
    if ((segment.tcpFlags & ACK) === 0) {
      this.client = segment.direction;
      this.serverPort = segment.dstPort;
      this.hasSyn = true;
      this.isAskedAgain = this.hasSynAck;
      this.isRefused = false;
      this.synSeconds = segment.seconds;
      this.synNanoseconds = segment.nanoseconds;
    } else {
      if (this.client < 0) this.client = 1 - segment.direction;
      if (this.serverPort === 0) this.serverPort = segment.srcPort;
      const asked = this.client === 0 ? this.a : this.b;
      if (segment.direction === this.client || !this.isNext(segment.tcpAck, asked)) return;
      if (!this.hasSynAck || this.isAskedAgain) {
        this.hasSynAck = true;
        this.isAskedAgain = false;
        this.synAckSeconds = segment.seconds;
        this.synAckNanoseconds = segment.nanoseconds;
      }
    }
    if (length > 0) this.isFastOpen = true;
  }

  /** Whether the number is that of the first byte after the side's SYN, or of one after the data that came with it. */
  private isNext(seq: number, { baseSeq }: TcpDirection): boolean {
    const after = (seq - baseSeq - 1) | 0;
    return after === 0 || (this.isFastOpen && after > 0);
  }
}
