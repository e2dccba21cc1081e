import type { Flow } from './flow.ts';
import type { Packet } from './packet.ts';
import type { Dissection } from './protocol.ts';
import type { TcpConnection } from './tcp-connection.ts';
import { desegment, endsMessage } from './tcp-desegmentation.ts';
import { NONE, type TcpDirection } from './tcp-direction.ts';
import { type EarlySide, MOST_EARLY_BYTES, MOST_EARLY_SEGMENTS, MOST_EARLY_UNHEARD } from './tcp-early.ts';
import { FIN, SYN } from './tcp-flags.ts';
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
  if (reverse.early !== null) giveUp(packet, connection, dissection, reverse.early, packet.tcpAck);
  if (((seq - forward.dataSeq) | 0) > 0 && !isGapLost(packet, connection, dissection, forward, reverse, seq)) {
    if (length > 0 || forward.early !== null || endsMessage(forward)) {
      hold(packet, flow, connection, dissection, forward, reverse, seq);
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
    release(packet, connection, dissection, early, packet.bytes.subarray(packet.offset, packet.end), packet.tcpFlags);
    return;
  }
  if (isNew) pass(packet, flow, connection, dissection, forward, length - known);
  release(packet, connection, dissection, early, null, 0);
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
  connection: TcpConnection,
  dissection: Dissection,
  forward: TcpDirection,
  { lastAck }: TcpDirection,
  seq: number,
): boolean {
  if (lastAck === 0) return false;
  if (forward.early !== null) giveUp(packet, connection, dissection, forward.early, lastAck);
  if (((seq - forward.dataSeq) | 0) <= 0) return true;
  if (((lastAck - seq) | 0) < 0) return false;
  forward.dataSeq = seq;
  return true;
}

/** Keeps the segment for later. When too much of its direction waits, the first gap is given up. */
function hold(
  packet: Packet,
  flow: Flow,
  connection: TcpConnection,
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
    number: packet.number,
    seconds: packet.seconds,
    nanoseconds: packet.nanoseconds,
  });
  const most = reverse.hasNext ? MOST_EARLY_SEGMENTS : MOST_EARLY_UNHEARD;
  while (side.segments.length > most || side.bytes > MOST_EARLY_BYTES) {
    forward.dataSeq = side.lowest;
    release(packet, connection, dissection, side, null, 0);
  }
}

/** Hands on what waits of a direction, and gives up its gaps before what `acknowledged` covers. */
function giveUp(
  packet: Packet,
  connection: TcpConnection,
  dissection: Dissection,
  side: EarlySide,
  acknowledged: number,
): void {
  const forward = side.direction === 0 ? connection.a : connection.b;
  while (side.segments.length > 0 && ((acknowledged - side.lowest) | 0) > 0) {
    forward.dataSeq = side.lowest;
    release(packet, connection, dissection, side, null, 0);
  }
}

/** Hands on all that waits of both directions, behind whatever gaps: nothing will close these. */
export function giveUpGaps(packet: Packet, connection: TcpConnection, dissection: Dissection): void {
  if (connection.a.early !== null) giveUpAll(packet, connection, dissection, connection.a.early);
  if (connection.b.early !== null) giveUpAll(packet, connection, dissection, connection.b.early);
}

/** Hands on all that waits of one direction. */
export function giveUpAll(packet: Packet, connection: TcpConnection, dissection: Dissection, side: EarlySide): void {
  const forward = side.direction === 0 ? connection.a : connection.b;
  while (side.segments.length > 0) {
    forward.dataSeq = side.lowest;
    release(packet, connection, dissection, side, null, 0);
  }
}

/** Hands on `head`, which comes next, and what waits no longer because the bytes before it have come, as one piece. */
function release(
  packet: Packet,
  connection: TcpConnection,
  dissection: Dissection,
  side: EarlySide,
  head: Uint8Array | null,
  headFlags: number,
): void {
  const { early } = dissection;
  const forward = side.direction === 0 ? connection.a : connection.b;
  let parts: Uint8Array[] = head === null ? [] : [head];
  let flags = headFlags;
  let next = (forward.dataSeq + (head?.length ?? 0)) | 0;
  for (;;) {
    const segment = early.at(side, next);
    const isCut = segment !== undefined && segment.bytes.length < segment.length;
    if (parts.length > 0 && (segment === undefined || isCut)) {
      replayAll(packet, connection, dissection, side, parts, (next - forward.dataSeq) | 0, flags);
      parts = [];
      flags = 0;
    }
    if (segment === undefined) break;
    early.remove(side, segment);
    const known = -((segment.seq - next) | 0);
    const left = segment.length - known;
    if (left < 0) continue;
    next = (next + left) | 0;
    const bytes = segment.bytes.subarray(Math.min(known, segment.bytes.length));
    if (isCut) replay(packet, connection, dissection, side, bytes, left, segment.flags);
    else {
      parts.push(bytes);
      flags |= segment.flags & FIN;
    }
  }
  if (side.segments.length === 0) forward.early = null;
}

/** Hands on the payloads of one or more whole segments as one. */
function replayAll(
  packet: Packet,
  connection: TcpConnection,
  dissection: Dissection,
  side: EarlySide,
  parts: readonly Uint8Array[],
  length: number,
  flags: number,
): void {
  if (parts.length === 1) {
    replay(packet, connection, dissection, side, parts[0]!, length, flags);
    return;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  const before = packet.layerCount;
  replay(packet, connection, dissection, side, whole, length, flags);
  const { layerCount, layerProtocol } = packet;
  if (layerCount > before && layerProtocol[layerCount - 1] !== tcpSegments.id) {
    packet.insertLayer(layerCount, tcpSegments.id); // as in tshark
  }
}

/** Hands on what waited, `length` bytes on the wire, as if it came in this packet. */
function replay(
  packet: Packet,
  connection: TcpConnection,
  dissection: Dissection,
  side: EarlySide,
  payload: Uint8Array,
  length: number,
  flags: number,
): void {
  const { bytes, offset, end, reportedEnd, payloadBytes, tcpFlags } = packet;
  const forward = side.direction === 0 ? connection.a : connection.b;
  const isTurned = packet.direction !== side.direction;
  if (isTurned) packet.turn();
  packet.bytes = packet.payloadBytes = payload;
  packet.offset = 0;
  packet.end = payload.length;
  packet.reportedEnd = length;
  packet.tcpFlags = flags;
  try {
    pass(packet, side.flow, connection, dissection, forward, length);
  } finally {
    if (isTurned) packet.turn();
    packet.bytes = bytes;
    packet.offset = offset;
    packet.end = end;
    packet.reportedEnd = reportedEnd;
    packet.payloadBytes = payloadBytes;
    packet.tcpFlags = tcpFlags;
  }
}
