import { dissectByContent } from './dissect-by-content.ts';
import type { Flow } from './flow.ts';
import { NEED_FIN, NEED_SEGMENT, type Packet } from './packet.ts';
import type { Dissection, Protocol } from './protocol.ts';
import type { TcpConnection } from './tcp-connection.ts';
import { NO_PIECES, NONE, type PendingMessage, type TcpDirection } from './tcp-direction.ts';
import { FIN } from './tcp-flags.ts';
import { LONGEST_MESSAGE, leaveOut, placeOf } from './tcp-pending.ts';
import { tcpSegments } from './tcp-segments.ts';

/** A message whose beginning is longer than this in one segment is not waited for, as in Wireshark. */
const LONGEST_BEGINNING = 1024 * 1024;
/** Room that is made for a message at first, whatever its length is said to be. */
const FIRST_ROOM = 64 * 1024;
/** Messages of one direction that are remembered, whole or not. */
const MOST_PENDING = 8;
/** "Until the connection ends", in sequence numbers. */
const UNTIL_FIN = 0x0ffffffe;
/** Messages in one segment beyond which the rest is not looked at. */
const MOST_MESSAGES = 4096;

/** Whose stream is read: what finds the application of a message, and the layer of one that lies in several pieces. */
export interface StreamReading {
  readonly segments: number;
  readonly dissect: (packet: Packet, flow: Flow, connection: TcpConnection, dissection: Dissection) => void;
}

const OF_TCP: StreamReading = { segments: tcpSegments.id, dissect: dissectSegment };

/**
 * Hands payload, in [packet.offset, packet.end), to the application, message by message, as Wireshark does: what the
 * application wants more of waits for the bytes that continue it. `first` is the sequence number of its first byte. Bytes
 * come in sequence, but for gaps that were given up; those that are sent `again` only fill gaps in messages that wait.
 */
export function desegment(
  packet: Packet,
  flow: Flow,
  connection: TcpConnection,
  dissection: Dissection,
  first: number,
  again: boolean,
  reading: StreamReading = OF_TCP,
): void {
  const direction = packet.direction === 0 ? connection.a : connection.b;
  const { bytes, end, offset } = packet;
  const whole = packet.reportedEnd <= end;
  packet.endSeq = (first + (end - offset)) | 0;
  if (!whole) {
    packet.canWait = false;
    reading.dissect(packet, flow, connection, dissection);
    return;
  }
  const nextSeq = packet.endSeq;
  if (
    !again &&
    (packet.tcpFlags & FIN) !== 0 &&
    finish(packet, flow, connection, dissection, direction, first, reading)
  )
    return;

  let at = offset;
  for (let messages = 0; at < end && messages < MOST_MESSAGES; messages++) {
    const seq = (first + (at - offset)) | 0;
    const waiting = messageAt(direction, seq, nextSeq);
    if (waiting === 'again') return;
    packet.bytes = bytes;
    packet.offset = at;
    packet.end = packet.reportedEnd = end;
    packet.endSeq = nextSeq;
    packet.canWait = true;
    packet.elided = 0;
    packet.needed = 0;
    if (waiting === null) {
      if (again) return;
      reading.dissect(packet, flow, connection, dissection);
      if (packet.needed !== 0) begin(direction, packet, (first + (packet.offset - offset)) | 0, nextSeq, dissection);
      return;
    }
    if (again && waiting.done) return;
    const left = (waiting.nextMessage - seq) | 0;
    const taken = waiting.takesSegment ? end - at : Math.min(end - at, left);
    const place = placeOf(waiting, seq);
    if (again && at + taken === end && place + taken <= waiting.filled) return;
    if (!dissection.pending.add(waiting, bytes, at, place, taken)) return;
    if (waiting.takesSegment) {
      waiting.takesSegment = false;
      waiting.nextMessage = nextSeq;
    }
    at += taken;
    // what follows a message with a gap is read although the message waits
    if (waiting.done || waiting.filled < placeOf(waiting, waiting.nextMessage)) continue;
    resume(packet, flow, connection, dissection, direction, waiting, taken, (seq + taken) | 0, reading);
  }
}

/** The message was thought to be whole: dissects it. `reached` is the sequence number behind what was added last. */
function resume(
  packet: Packet,
  flow: Flow,
  connection: TcpConnection,
  dissection: Dissection,
  direction: TcpDirection,
  message: PendingMessage,
  taken: number,
  reached: number,
  reading: StreamReading,
): void {
  open(packet, message);
  reading.dissect(packet, flow, connection, dissection);
  const before = message.filled - taken;
  if (packet.needed !== 0 && (packet.offset === 0 || packet.offset <= before)) {
    // more is needed of what was thought to be whole
    if (packet.needed === NEED_SEGMENT) {
      message.nextMessage = (reached + 1) | 0;
      message.takesSegment = true;
    } else if (packet.needed === NEED_FIN) {
      message.nextMessage = (reached + UNTIL_FIN) | 0;
      message.untilFin = true;
    } else message.nextMessage = (message.nextMessage + packet.needed) | 0;
    if (packet.discardFrom === 0 || message.kept >= 0) return;
    if (packet.needed === NEED_SEGMENT) leaveOut(message, packet.discardFrom, packet.discardTo);
    else dissection.pending.keepOnly(message, packet.discardFrom);
    return;
  }
  packet.insertLayer(packet.layerCount, reading.segments); // tshark tells of the segments after what they hold
  if (message.kept >= 0) {
    dissection.pending.release(message);
    return;
  }
  const rest = message.filled - packet.offset;
  const { needed } = packet;
  if (needed !== 0) {
    // the segment completed a message and began another
    const bytes = message.bytes.slice(packet.offset, message.filled);
    dissection.pending.release(message);
    if (packet.discardFrom !== 0) {
      packet.discardFrom -= packet.offset;
      packet.discardTo -= packet.offset;
    }
    packet.bytes = bytes;
    packet.offset = 0;
    packet.end = rest;
    begin(direction, packet, (reached - rest) | 0, reached, dissection);
    return;
  }
  dissection.pending.release(message);
}

/** The message that `seq` continues; 'again' when the segment lies in one that was there already; null for a new one. */
function messageAt(direction: TcpDirection, seq: number, nextSeq: number): PendingMessage | 'again' | null {
  const { pending } = direction;
  for (let index = pending.length - 1; index >= 0; index--) {
    const message = pending[index]!;
    const after = (seq - message.seq) | 0;
    if (after < 0) continue;
    if (after === 0 && ((nextSeq - message.nextMessage) | 0) <= 0) return 'again';
    if (after === 0) continue;
    return ((message.nextMessage - seq) | 0) > 0 ? message : null;
  }
  return null;
}

/** Keeps [packet.offset, packet.end) as the beginning of a message at `seq`. */
function begin(direction: TcpDirection, packet: Packet, seq: number, nextSeq: number, dissection: Dissection): void {
  const length = packet.end - packet.offset;
  if (length <= 0 || length > LONGEST_BEGINNING) return;
  const { needed, discardFrom, offset } = packet;
  const kept = discardFrom === 0 || needed === NEED_SEGMENT ? -1 : discardFrom - offset;
  const more = needed === NEED_SEGMENT ? 1 : needed === NEED_FIN ? UNTIL_FIN : needed;
  if (kept < 0 ? needed > LONGEST_MESSAGE : needed >= UNTIL_FIN) return;
  const message: PendingMessage = {
    seq,
    nextMessage: (nextSeq + more) | 0,
    takesSegment: needed === NEED_SEGMENT,
    untilFin: needed === NEED_FIN,
    bytes: new Uint8Array(kept >= 0 ? kept : needed > 0 ? length + Math.min(needed, FIRST_ROOM) : 2 * length),
    kept,
    dropped: 0,
    filled: 0,
    later: NO_PIECES,
    done: false,
  };
  dissection.pending.begin(message);
  dissection.pending.add(message, packet.bytes, packet.offset, 0, length);
  if (kept < 0 && discardFrom !== 0) leaveOut(message, discardFrom - offset, packet.discardTo - offset);
  if (direction.pending === NONE) {
    direction.pending = [message]; // what is pushed into an empty array gets room for sixteen more, and most hold one
    return;
  }
  const { pending } = direction;
  if (pending.length === MOST_PENDING) dissection.pending.release(pending.shift()!);
  pending.push(message);
}

/** The packet goes on in the bytes of the message. */
function open(packet: Packet, message: PendingMessage): void {
  packet.bytes = message.bytes;
  packet.offset = 0;
  packet.end = packet.reportedEnd = message.kept < 0 ? message.filled : message.kept;
  packet.elided = message.filled - packet.end + message.dropped;
  packet.endSeq = (message.seq + message.filled + message.dropped) | 0;
}

/** The connection ends, and with it a message that waited for that. */
function finish(
  packet: Packet,
  flow: Flow,
  connection: TcpConnection,
  dissection: Dissection,
  direction: TcpDirection,
  first: number,
  reading: StreamReading,
): boolean {
  const message = direction.pending.find(({ untilFin, done }) => untilFin && !done);
  if (message === undefined) return false;
  const place = placeOf(message, first);
  const length = packet.end - packet.offset;
  if (place < 0 || !dissection.pending.add(message, packet.bytes, packet.offset, place, length)) return false;
  open(packet, message);
  packet.canWait = false;
  const layers = packet.layerCount;
  reading.dissect(packet, flow, connection, dissection);
  packet.insertLayer(layers, reading.segments);
  dissection.pending.release(message);
  return true;
}

/** Whether a FIN without payload has a message to end. */
export function endsMessage(direction: TcpDirection): boolean {
  return direction.pending.some(({ untilFin, done }) => untilFin && !done);
}

/** Finds the application, as tshark does: what the flow carries, the server's port, the lower, the higher, the content. */
function dissectSegment(packet: Packet, flow: Flow, connection: TcpConnection, dissection: Dissection): void {
  packet.needed = 0;
  packet.discardFrom = 0;
  packet.discardTo = 0;
  const { tcpPorts } = dissection.registry;
  const known = dissection.carriedBy(flow);
  if (known?.segment?.(packet, dissection) === true) {
    flow.recognised = known;
    return;
  }
  const direction = packet.direction === 0 ? connection.a : connection.b;
  let begun = flow.application === null ? beginningOf(packet, direction, dissection) : undefined;
  while (begun?.precedesStream === true && begun.segment!(packet, dissection)) {
    flow.recognised = begun;
    direction.preamble = bytesBefore(packet, direction);
    if (packet.needed !== 0 || packet.offset >= packet.end) return;
    begun = beginningOf(packet, direction, dissection);
  }
  if (begun?.precedesStream !== true && begun?.segment?.(packet, dissection) === true) {
    if (begun.keepsStream === true) flow.application = begun;
    flow.recognised = begun;
    return;
  }
  const { srcPort, dstPort } = packet;
  const server = connection.serverPort === 0 ? undefined : tcpPorts.of(connection.serverPort);
  if (server?.segment?.(packet, dissection) === true) {
    flow.recognised = server;
    return;
  }
  const low = tcpPorts.of(srcPort < dstPort ? srcPort : dstPort);
  if (low !== server && low?.segment?.(packet, dissection) === true) {
    flow.recognised = low;
    return;
  }
  const high = tcpPorts.of(srcPort < dstPort ? dstPort : srcPort);
  if (high !== server && high !== low && high?.segment?.(packet, dissection) === true) {
    flow.recognised = high;
    return;
  }
  const found = dissectByContent(packet, flow, dissection);
  if (found !== undefined) flow.recognised = found;
  else packet.needed = 0;
}

/** The protocol that alone begins with these bytes. */
function beginningOf(packet: Packet, direction: TcpDirection, { registry }: Dissection): Protocol | undefined {
  const { segmentsByBeginning } = registry;
  const before = bytesBefore(packet, direction);
  const isStart = before === 0 || before === direction.preamble;
  for (let index = 0; index < segmentsByBeginning.length; index++) {
    if (segmentsByBeginning[index]!.segmentBegins!(packet, isStart)) return segmentsByBeginning[index];
  }
  return undefined;
}

/** How many bytes of the direction come before `packet.offset`, after its SYN or from the first that was captured. */
function bytesBefore({ endSeq, elided, end, offset }: Packet, { baseSeq }: TcpDirection): number {
  return (endSeq - elided - (end - offset) - baseSeq - 1) | 0;
}
