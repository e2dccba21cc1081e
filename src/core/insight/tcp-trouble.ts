import { AgedMap } from '../wire/aged-map.ts';
import type { Direction } from '../wire/direction.ts';
import type { Flow } from '../wire/flow.ts';
import { addressA, addressB } from '../wire/flow-text.ts';
import type { Packet } from '../wire/packet.ts';
import {
  ACK_LOST_SEGMENT,
  DUPLICATE_ACK,
  FAST_RETRANSMISSION,
  LOST_SEGMENT,
  OUT_OF_ORDER,
  RETRANSMISSION,
  SPURIOUS_RETRANSMISSION,
  WINDOW_FULL,
  ZERO_WINDOW,
} from '../wire/tcp-analysis.ts';
import { SYN } from '../wire/tcp-flags.ts';
import type { Shared } from './shared.ts';

/** Connections whose trouble is remembered; the oldest give way. */
export const MOST_TROUBLED = 20_000;

const SENT_AGAIN = RETRANSMISSION | FAST_RETRANSMISSION | SPURIOUS_RETRANSMISSION;
const ANY = SENT_AGAIN | OUT_OF_ORDER | DUPLICATE_ACK | ZERO_WINDOW | WINDOW_FULL | LOST_SEGMENT | ACK_LOST_SEGMENT;
/**
 * The last segment sent, there once more within this time, is the same packet captured twice: no timer of TCP is as
 * short (RFC 8985, 7.2: a probe waits 10 ms or more), and duplicate ACKs come of later segments.
 */
const COPY_SECONDS = 0.005;

/** What went wrong with the segments of one side. */
export interface SideTrouble {
  /** Segments with payload that were sent again, and those bytes; without what was acknowledged, and without copies. */
  resent: number;
  resentBytes: number;
  /** Of these, soon after duplicate ACKs. */
  fast: number;
  /** Sent again though acknowledged. */
  spurious: number;
  spuriousBytes: number;
  /** Packets that were captured twice. */
  copies: number;
  /** Segments before which others are missing. */
  gaps: number;
  outOfOrder: number;
  duplicateAcks: number;
  zeroWindows: number;
  /** Segments that filled the window of the other side. */
  windowsFilled: number;
  /** ACKs from the other side of segments that were not captured. */
  notCaptured: number;
}

export interface FlowTrouble {
  /** Of the last trouble, in seconds since 1970. */
  lastSeconds: number;
  /** Of the first trouble. */
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly packet: number;
  /** By direction: of A, of B. */
  readonly sides: readonly [SideTrouble, SideTrouble];
}

const noTrouble = (): SideTrouble => ({
  resent: 0,
  resentBytes: 0,
  fast: 0,
  spurious: 0,
  spuriousBytes: 0,
  copies: 0,
  gaps: 0,
  outOfOrder: 0,
  duplicateAcks: 0,
  zeroWindows: 0,
  windowsFilled: 0,
  notCaptured: 0,
});

/**
 * What TCP analysis found, by connection: only segments with a finding cost more than a comparison. Several rules may tell
 * it of a packet; it counts once.
 */
export class TcpTrouble {
  private lastNumber = 0;
  private readonly byFlow = new AgedMap<Flow, FlowTrouble>(MOST_TROUBLED);

  take(packet: Packet): void {
    const found = packet.tcpAnalysis;
    if (packet.transport !== 6 || (found & ANY) === 0 || packet.flow === null || packet.number === this.lastNumber)
      return;
    this.lastNumber = packet.number;
    let trouble = this.byFlow.get(packet.flow);
    if (trouble === undefined) {
      const { seconds, nanoseconds, number } = packet;
      trouble = { lastSeconds: seconds, seconds, nanoseconds, packet: number, sides: [noTrouble(), noTrouble()] };
      this.byFlow.add(packet.flow, trouble);
    }
    trouble.lastSeconds = packet.seconds;
    const side = trouble.sides[packet.direction];
    if ((found & SENT_AGAIN) !== 0) tellResent(packet, side, found);
    if ((found & LOST_SEGMENT) !== 0) side.gaps++;
    if ((found & OUT_OF_ORDER) !== 0) {
      if (isCopy(packet)) side.copies++;
      else if (fillsNoGap(side, trouble.sides[packet.direction === 0 ? 1 : 0]))
        tellResent(packet, side, FAST_RETRANSMISSION);
      else side.outOfOrder++;
    }
    if ((found & DUPLICATE_ACK) !== 0) side.duplicateAcks++;
    if ((found & ZERO_WINDOW) !== 0) side.zeroWindows++;
    if ((found & WINDOW_FULL) !== 0) side.windowsFilled++;
    if ((found & ACK_LOST_SEGMENT) !== 0) trouble.sides[packet.direction === 0 ? 1 : 0].notCaptured++;
  }

  /** Those of the connections whose trouble is not over at that moment. */
  *entries(at: number, shared: Shared): Iterable<readonly [Flow, FlowTrouble]> {
    for (const entry of this.byFlow) if (!shared.isOver(entry[1].lastSeconds, at)) yield entry;
  }
}

export const openTcpTrouble = (): TcpTrouble => new TcpTrouble();

/**
 * Where a sender is captured, everything is in order when it is sent first. What the analysis calls out of order there was
 * sent again while newer segments were sent, because the receiver told of a loss. Where packets are captured twice, it may
 * be a copy.
 */
const fillsNoGap = ({ gaps, copies }: SideTrouble, back: SideTrouble): boolean =>
  gaps === 0 && copies === 0 && back.duplicateAcks >= 2;

function tellResent(packet: Packet, side: SideTrouble, found: number): void {
  const { payloadLength } = packet;
  if ((packet.tcpFlags & SYN) !== 0 || payloadLength <= 0) return;
  if (isCopy(packet)) {
    side.copies++;
  } else if ((found & SPURIOUS_RETRANSMISSION) !== 0) {
    side.spurious++;
    side.spuriousBytes += payloadLength;
  } else {
    side.resent++;
    side.resentBytes += payloadLength;
    if ((found & FAST_RETRANSMISSION) !== 0) side.fast++;
  }
}

/** The last segment of this side, a moment after it was sent. */
function isCopy({ flow, direction, tcpSeq, payloadLength, seconds, nanoseconds }: Packet): boolean {
  const connection = flow!.tcp;
  if (connection === null) return false;
  const { nextSeq, nextSeqSeconds, nextSeqNanoseconds } = direction === 0 ? connection.a : connection.b;
  if (((tcpSeq + payloadLength) | 0) !== nextSeq) return false;
  const since = seconds - nextSeqSeconds + (nanoseconds - nextSeqNanoseconds) / 1e9;
  return since >= 0 && since < COPY_SECONDS;
}

/** One host that sends to another, over all connections between them, and what went wrong that way. */
export interface OneWay {
  readonly sender: string;
  readonly receiver: string;
  /** Packets that the sender sent, and payload with what was sent again. */
  packets: number;
  payload: number;
  readonly trouble: SideTrouble;
  /** Of the receiver. */
  readonly back: SideTrouble;
  /** The connection with the most segments sent again. */
  worst: Flow;
  worstResent: number;
  /** The first trouble. */
  first: FlowTrouble;
}

/** Ways from one host to another that had trouble; both ways of a pair, as `sender receiver`. */
export function waysOf(entries: Iterable<readonly [Flow, FlowTrouble]>): ReadonlyMap<string, OneWay> {
  const ways = new Map<string, OneWay>();
  for (const [flow, trouble] of entries) {
    const a = addressA(flow);
    const b = addressB(flow);
    addWay(ways, a, b, flow, 0, trouble);
    addWay(ways, b, a, flow, 1, trouble);
  }
  return ways;
}

function addWay(
  ways: Map<string, OneWay>,
  sender: string,
  receiver: string,
  flow: Flow,
  direction: Direction,
  of: FlowTrouble,
): void {
  const key = `${sender} ${receiver}`;
  const own = of.sides[direction];
  let way = ways.get(key);
  if (way === undefined) {
    const sums = { packets: 0, payload: 0, trouble: noTrouble(), back: noTrouble() };
    way = { sender, receiver, ...sums, worst: flow, worstResent: -1, first: of };
    ways.set(key, way);
  }
  way.packets += direction === 0 ? flow.aPackets : flow.bPackets;
  way.payload += direction === 0 ? flow.aPayload : flow.bPayload;
  addTo(way.trouble, own);
  addTo(way.back, of.sides[direction === 0 ? 1 : 0]);
  if (own.resent + own.spurious > way.worstResent) {
    way.worst = flow;
    way.worstResent = own.resent + own.spurious;
  }
  if (of.packet < way.first.packet) way.first = of;
}

function addTo(sum: SideTrouble, one: SideTrouble): void {
  sum.resent += one.resent;
  sum.resentBytes += one.resentBytes;
  sum.fast += one.fast;
  sum.spurious += one.spurious;
  sum.spuriousBytes += one.spuriousBytes;
  sum.copies += one.copies;
  sum.gaps += one.gaps;
  sum.outOfOrder += one.outOfOrder;
  sum.duplicateAcks += one.duplicateAcks;
  sum.zeroWindows += one.zeroWindows;
  sum.windowsFilled += one.windowsFilled;
  sum.notCaptured += one.notCaptured;
}
