import * as experts from './expert.ts';
import type { Packet } from './packet.ts';
import type { TcpConnection } from './tcp-connection.ts';
import { type TcpDirection, UNSEEN } from './tcp-direction.ts';
import { ACK, FIN, RST, SYN } from './tcp-flags.ts';

// Bits of packet.tcpAnalysis, after the tests of Wireshark's tcp.analysis fields (Wireshark User's Guide, 7.5).
export const RETRANSMISSION = 0x0001;
export const FAST_RETRANSMISSION = 0x0002;
export const SPURIOUS_RETRANSMISSION = 0x0004;
export const OUT_OF_ORDER = 0x0008;
export const DUPLICATE_ACK = 0x0010;
export const ZERO_WINDOW = 0x0020;
const ZERO_WINDOW_PROBE = 0x0040;
const ZERO_WINDOW_PROBE_ACK = 0x0080;
export const WINDOW_FULL = 0x0100;
const WINDOW_UPDATE = 0x0200;
export const KEEP_ALIVE = 0x0400;
const KEEP_ALIVE_ACK = 0x0800;
export const LOST_SEGMENT = 0x1000;
export const ACK_LOST_SEGMENT = 0x2000;
export const PORTS_REUSED = 0x4000;

/** By the number of the bit. */
const EXPERT_OF_BIT: readonly experts.Expert[] = [
  experts.retransmission,
  experts.fastRetransmission,
  experts.spuriousRetransmission,
  experts.outOfOrder,
  experts.duplicateAck,
  experts.zeroWindow,
  experts.zeroWindowProbe,
  experts.zeroWindowProbeAck,
  experts.windowFull,
  experts.windowUpdate,
  experts.keepAlive,
  experts.keepAliveAck,
  experts.lostSegment,
  experts.ackLostSegment,
  experts.portsReused,
];

/**
 * In place of the number of duplicate ACKs, as in Wireshark, where it is as good as many. It fits into 31 bits: what is greater
 * V8 keeps as a double, and then that of every direction, in an object of its own.
 */
const TOLD_OF_LOSS = 0x7fffffff;
/** A segment sent again this soon after duplicate ACKs is a fast retransmission. */
const FAST_RETRANSMISSION_NS = 20_000_000;
/** A segment this late, when no round trip is known, was sent again; one that comes sooner took another way. */
const OUT_OF_ORDER_NS = 3_000_000;

/**
 * Judges a segment of `length` payload bytes by what both sides sent before, after the rules of Wireshark 4, and
 * remembers it. Sets `packet.tcpAnalysis` and the packet's experts.
 */
export function analyse(packet: Packet, connection: TcpConnection, length: number): void {
  const { tcpFlags: flags } = packet;
  const forward = packet.direction === 0 ? connection.a : connection.b;
  const reverse = packet.direction === 0 ? connection.b : connection.a;
  const ack = (flags & ACK) !== 0 ? packet.tcpAck : 0;
  let found = packet.tcpAnalysis | inSequence(packet, connection, length, ack);
  if (ack !== forward.lastAck) forward.duplicateAcks = 0;
  if ((flags & ACK) !== 0 && reverse.hasMaxSeqToBeAcked && ((ack - reverse.maxSeqToBeAcked) | 0) > 0) {
    found |= acksLost(reverse);
  }
  if (length > 0 || (flags & (SYN | FIN)) !== 0) found |= sentAgain(packet, connection, length, found);
  connection.remember(packet, length, found, (found & ZERO_WINDOW_PROBE) !== 0);
  packet.tcpAnalysis = found;
  if (found !== 0) tell(packet, found);
}

/** What the segment is by its numbers and windows alone: every test but that for segments sent again. */
function inSequence(packet: Packet, connection: TcpConnection, length: number, ack: number): number {
  const { tcpFlags: flags, tcpSeq: seq, tcpWindow: window } = packet;
  const forward = packet.direction === 0 ? connection.a : connection.b;
  const reverse = packet.direction === 0 ? connection.b : connection.a;
  const plain = (flags & (SYN | FIN | RST)) === 0;
  const expected = forward.hasNext && seq === forward.nextSeq;
  const repeatsAck = ack === forward.lastAck;
  if (length === 1 && expected && reverse.hasWindow && reverse.window === 0) return ZERO_WINDOW_PROBE;
  let found = 0;
  if (window === 0 && plain) found |= ZERO_WINDOW;
  if (forward.hasNext && ((seq - forward.nextSeq) | 0) > 0 && (flags & RST) === 0) found |= LOST_SEGMENT;
  if (length <= 1 && plain && forward.hasNext && seq === ((forward.nextSeq - 1) | 0)) found |= KEEP_ALIVE;
  if (length === 0 && window !== 0 && window !== forward.window && expected && repeatsAck && plain) {
    found |= WINDOW_UPDATE;
  }
  if (length > 0 && plain && reverse.windowScale !== UNSEEN) {
    const edge = (reverse.lastAck + reverse.scaledWindow) | 0;
    if (((seq + length) | 0) === edge) found |= WINDOW_FULL;
  }
  if (length !== 0 || !expected || window !== forward.window || !plain) return found;
  if (repeatsAck && window !== 0 && (reverse.lastAnalysis & KEEP_ALIVE) !== 0) return found | KEEP_ALIVE_ACK;
  if (window === 0 && (reverse.lastAnalysis & ZERO_WINDOW_PROBE) !== 0) {
    const consumed = ack === ((forward.lastAck + 1) | 0);
    if (consumed) reverse.nextSeq = reverse.maxSeqToBeAcked = ack;
    if (repeatsAck || consumed) return found | ZERO_WINDOW_PROBE_ACK;
  }
  if (!repeatsAck || window === 0) return found;
  forward.duplicateAcks = forward.duplicateAcks === TOLD_OF_LOSS ? 1 : forward.duplicateAcks + 1;
  return found | DUPLICATE_ACK;
}

/** An ACK of what was not captured from `reverse`: told of once, until that side acknowledges something else. */
function acksLost(reverse: TcpDirection): number {
  if (((reverse.maxSeqToBeAcked - reverse.nextSeq) | 0) < 0) {
    reverse.maxSeqToBeAcked = reverse.nextSeq;
    return ACK_LOST_SEGMENT;
  }
  const found = reverse.duplicateAcks === 0 ? ACK_LOST_SEGMENT : 0;
  reverse.duplicateAcks = TOLD_OF_LOSS;
  return found;
}

/** Which kind of retransmission, or none, a segment is that has something to send. */
function sentAgain(packet: Packet, connection: TcpConnection, length: number, found: number): number {
  const { tcpSeq: seq } = packet;
  const forward = packet.direction === 0 ? connection.a : connection.b;
  const reverse = packet.direction === 0 ? connection.b : connection.a;
  let behind = forward.hasNext && ((seq - forward.nextSeq) | 0) < 0;
  if (behind && (found & KEEP_ALIVE) !== 0) return 0;
  // one byte more than a zero window probe that may have been: new data
  if (length > 1 && seq === ((forward.nextSeq - 1) | 0)) behind = false;
  if (length > 0 && reverse.lastAck !== 0 && ((seq + length - reverse.lastAck) | 0) <= 0)
    return SPURIOUS_RETRANSMISSION;
  if (!behind) return 0;
  if (
    reverse.duplicateAcks >= 2 &&
    reverse.lastAck === seq &&
    nanosecondsSince(packet, reverse.lastAckSeconds, reverse.lastAckNanoseconds) < FAST_RETRANSMISSION_NS
  ) {
    return FAST_RETRANSMISSION;
  }
  const patience = connection.firstRttNanoseconds > 0 ? connection.firstRttNanoseconds : OUT_OF_ORDER_NS;
  if (
    nanosecondsSince(packet, forward.nextSeqSeconds, forward.nextSeqNanoseconds) < patience &&
    forward.nextSeq !== ((seq + length + ((packet.tcpFlags & (SYN | FIN)) !== 0 ? 1 : 0)) | 0)
  ) {
    return OUT_OF_ORDER;
  }
  return RETRANSMISSION;
}

function tell(packet: Packet, found: number): void {
  if ((found & (FAST_RETRANSMISSION | SPURIOUS_RETRANSMISSION)) !== 0) packet.expert(experts.retransmission.number);
  for (let bit = 0; bit < EXPERT_OF_BIT.length; bit++) {
    if ((found & (1 << bit)) !== 0) packet.expert(EXPERT_OF_BIT[bit]!.number);
  }
}

/** A clock that went back tells nothing: Infinity then, as good as in Wireshark. */
function nanosecondsSince(packet: Packet, seconds: number, nanoseconds: number): number {
  const since = (packet.seconds - seconds) * 1e9 + packet.nanoseconds - nanoseconds;
  return since < 0 ? Number.POSITIVE_INFINITY : since;
}
