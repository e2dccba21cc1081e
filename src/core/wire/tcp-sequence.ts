import type { Flow } from './flow.ts';
import type { Packet } from './packet.ts';
import type { Dissection } from './protocol.ts';
import type { TcpConnection } from './tcp-connection.ts';
import { desegment, endsMessage } from './tcp-desegmentation.ts';
import { type EarlySide, NONE, type TcpDirection } from './tcp-direction.ts';
import { MOST_EARLY_BYTES, MOST_EARLY_SEGMENTS, MOST_EARLY_UNHEARD } from './tcp-early.ts';
import { ACK, FIN, SYN } from './tcp-flags.ts';
import { tcpSegments } from './tcp-segments.ts';

/**
 * Hands the payload of a segment, in [packet.offset, packet.reportedEnd), on in sequence (RFC 9293, 3.10.7.4): what came
 * before is left out, and what comes early waits until the gap before it is closed or given up. A gap is given up when the
 * other side acknowledges what is behind it, because then only the capture lacks it, and when too much waits. The packet
 * that closes a gap has the layers and messages of what waited, as has the next one after a gap was acknowledged.
 */
export function takeSegment(packet: Packet, flow: Flow, connection: TcpConnection, dissection: Dissection): void {
  const forward = packet.direction === 0 ? connection.a : connection.b;
  const reverse = packet.direction === 0 ? connection.b : connection.a;
  const seq = (packet.tcpFlags & SYN) !== 0 ? (packet.tcpSeq + 1) | 0 : packet.tcpSeq;
  const length = packet.reportedEnd - packet.offset;
  if (!forward.hasDataSeq) {
    forward.dataSeq = seq;
    forward.hasDataSeq = true;
  }
  // what this segment answers comes before it
  if (reverse.early !== null && (packet.tcpFlags & ACK) !== 0)
    giveUp(packet, flow, dissection, reverse.early, packet.tcpAck);
  if (((seq - forward.dataSeq) | 0) > 0 && !isGapLost(packet, flow, dissection, forward, reverse, seq)) {
    if (length > 0 || forward.early !== null || endsMessage(forward)) {
      hold(packet, flow, dissection, forward, reverse, seq);
    }
    return;
  }
  const known = (forward.dataSeq - seq) | 0;
  if (known > 0) {
    if (forward.pending !== NONE) fillGaps(packet, flow, connection, dissection, seq, Math.min(known, length));
    if (length > known) packet.offset += known;
  }
  const isNew = length >= known && (length > known || (packet.tcpFlags & FIN) !== 0);
  const { early } = forward;
  if (early === null) {
    if (isNew) pass(packet, flow, connection, dissection, forward, length - known);
    return;
  }
  if (isNew && packet.reportedEnd === packet.end) {
    const { tcpFlags: flags, tcpAck: ack } = packet;
    const payload = packet.bytes.subarray(packet.offset, packet.end);
    release(packet, flow, dissection, early, { payload, length: payload.length, flags, ack });
    return;
  }
  if (isNew) pass(packet, flow, connection, dissection, forward, length - known);
  release(packet, flow, dissection, early, null);
}

/** Hands on what lies in [packet.offset, packet.reportedEnd) as the next `length` bytes of its direction. */
function pass(
  packet: Packet,
  flow: Flow,
  connection: TcpConnection,
  dissection: Dissection,
  forward: TcpDirection,
  length: number,
): void {
  const seq = forward.dataSeq;
  forward.dataSeq = (seq + length) | 0; // before anything can throw
  if (length === 0) {
    if (!endsMessage(forward)) return;
    packet.offset = packet.end = packet.reportedEnd;
  }
  if (packet.offset < packet.end || length === 0) desegment(packet, flow, connection, dissection, seq, false);
}

/** Bytes that came before may close a gap that was given up, in a message that waits. */
function fillGaps(
  packet: Packet,
  flow: Flow,
  connection: TcpConnection,
  dissection: Dissection,
  seq: number,
  length: number,
): void {
  const { bytes, offset, end, reportedEnd } = packet;
  if (offset + length > end) return;
  packet.end = packet.reportedEnd = offset + length;
  desegment(packet, flow, connection, dissection, seq, true);
  packet.bytes = bytes;
  packet.offset = offset;
  packet.end = end;
  packet.reportedEnd = reportedEnd;
}

/**
 * Whether the other side has acknowledged all that is missing before `seq`, so that it will not come. What waits before
 * it is handed on then.
 */
function isGapLost(
  packet: Packet,
  flow: Flow,
  dissection: Dissection,
  forward: TcpDirection,
  { lastAck }: TcpDirection,
  seq: number,
): boolean {
  if (lastAck === 0) return false;
  if (forward.early !== null) giveUp(packet, flow, dissection, forward.early, lastAck);
  if (((seq - forward.dataSeq) | 0) <= 0) return true;
  if (((lastAck - seq) | 0) < 0) return false;
  forward.dataSeq = seq;
  return true;
}

/** Keeps the segment for later. When too much of its direction waits, the first gap is given up. */
function hold(
  packet: Packet,
  flow: Flow,
  dissection: Dissection,
  forward: TcpDirection,
  reverse: TcpDirection,
  seq: number,
): void {
  const { early } = dissection;
  if (forward.early === null || forward.early.segments.length === 0) {
    forward.early = early.begin(flow, packet.direction);
  }
  const side = forward.early;
  early.add(side, {
    seq,
    length: packet.reportedEnd - packet.offset,
    bytes: packet.bytes.slice(packet.offset, packet.end),
    flags: packet.tcpFlags,
    ack: packet.tcpAck,
    number: packet.number,
    seconds: packet.seconds,
    nanoseconds: packet.nanoseconds,
  });
  const most = reverse.hasNext ? MOST_EARLY_SEGMENTS : MOST_EARLY_UNHEARD;
  while (side.segments.length > most || side.bytes > MOST_EARLY_BYTES) {
    forward.dataSeq = side.lowest;
    release(packet, flow, dissection, side, null);
  }
}

/** Hands on what waits of a direction, and gives up its gaps before what `acknowledged` covers. */
function giveUp(packet: Packet, flow: Flow, dissection: Dissection, side: EarlySide, acknowledged: number): void {
  const forward = sideOf(flow, side);
  while (side.segments.length > 0 && ((acknowledged - side.lowest) | 0) > 0) {
    forward.dataSeq = side.lowest;
    release(packet, flow, dissection, side, null);
  }
}

/** Hands on all that waits of both directions, behind whatever gaps: nothing will close these. */
export function giveUpGaps(packet: Packet, flow: Flow, { a, b }: TcpConnection, dissection: Dissection): void {
  if (a.early !== null) giveUpAll(packet, flow, dissection, a.early);
  if (b.early !== null) giveUpAll(packet, flow, dissection, b.early);
}

/** Hands on all that waits of one direction. */
export function giveUpAll(packet: Packet, flow: Flow, dissection: Dissection, side: EarlySide): void {
  const forward = sideOf(flow, side);
  while (side.segments.length > 0) {
    forward.dataSeq = side.lowest;
    release(packet, flow, dissection, side, null);
  }
}

/** Payload to hand on: `length` bytes on the wire, with the flags and the acknowledgement of its first segment. */
interface Piece {
  readonly payload: Uint8Array;
  readonly length: number;
  readonly flags: number;
  readonly ack: number;
}

/** Hands on `head`, which comes next, and what waits no longer because the bytes before it have come, as one piece. */
function release(packet: Packet, flow: Flow, dissection: Dissection, side: EarlySide, head: Piece | null): void {
  const { early } = dissection;
  const forward = sideOf(flow, side);
  let pieces: Piece[] = head === null ? [] : [head];
  let next = (forward.dataSeq + (head?.length ?? 0)) | 0;
  for (;;) {
    const segment = early.at(side, next);
    const isCut = segment !== undefined && segment.bytes.length < segment.length;
    if (pieces.length > 0 && (segment === undefined || isCut)) {
      replayAll(packet, flow, dissection, side, pieces);
      pieces = [];
    }
    if (segment === undefined) break;
    early.remove(side, segment);
    const known = 0 - ((segment.seq - next) | 0); // not -0, which V8 keeps as a double, and then all offsets
    const length = segment.length - known;
    if (length < 0) continue;
    next = (next + length) | 0;
    const { bytes, flags, ack } = segment;
    const piece = { payload: bytes.subarray(Math.min(known, bytes.length)), length, flags, ack };
    if (isCut) replay(packet, flow, dissection, side, piece);
    else pieces.push(piece);
  }
  if (side.segments.length === 0) forward.early = null;
}

/** Hands on pieces that were captured whole, as one. */
function replayAll(
  packet: Packet,
  flow: Flow,
  dissection: Dissection,
  side: EarlySide,
  pieces: readonly Piece[],
): void {
  const [first] = pieces as readonly [Piece];
  if (pieces.length === 1) {
    replay(packet, flow, dissection, side, first);
    return;
  }
  const payload = Buffer.concat(pieces.map((piece) => piece.payload));
  const flags = pieces.reduce((all, piece) => all | (piece.flags & FIN), first.flags);
  const before = packet.layerCount;
  replay(packet, flow, dissection, side, { payload, length: payload.length, flags, ack: first.ack });
  const { layerCount, layerProtocol } = packet;
  if (layerCount > before && layerProtocol[layerCount - 1] !== tcpSegments.id) {
    packet.insertLayer(layerCount, tcpSegments.id); // as in tshark
  }
}

/** Hands on what waited as if it came in this packet. */
function replay(packet: Packet, flow: Flow, dissection: Dissection, side: EarlySide, piece: Piece): void {
  const { bytes, offset, end, reportedEnd, payloadBytes, tcpFlags, tcpAck } = packet;
  const isTurned = packet.direction !== side.direction;
  if (isTurned) packet.turn();
  packet.bytes = packet.payloadBytes = piece.payload;
  packet.offset = 0;
  packet.end = piece.payload.length;
  packet.reportedEnd = piece.length;
  packet.tcpFlags = piece.flags;
  packet.tcpAck = piece.ack;
  try {
    pass(packet, flow, flow.tcp!, dissection, sideOf(flow, side), piece.length);
  } finally {
    if (isTurned) packet.turn();
    packet.bytes = bytes;
    packet.offset = offset;
    packet.end = end;
    packet.reportedEnd = reportedEnd;
    packet.payloadBytes = payloadBytes;
    packet.tcpFlags = tcpFlags;
    packet.tcpAck = tcpAck;
  }
}

function sideOf({ tcp }: Flow, { direction }: EarlySide): TcpDirection {
  return direction === 0 ? tcp!.a : tcp!.b;
}
