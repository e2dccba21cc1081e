import { u16 } from '../bytes.ts';
import type { Direction } from '../direction.ts';
import { hex } from '../hex.ts';
import { NEED_SEGMENT, type Packet } from '../packet.ts';
import { type Dissection, type FieldWriter, protocol } from '../protocol.ts';
import { dissectTls } from './tls/tls.ts';
import { isRecord, RECORD } from './tls/tls-record.ts';

// MS-TDS 2.2.3.1: type (1), status (1), length with the header (2), process (2), number (1), window (1).
const HEADER = 8;
const RESPONSE = 4;
const PRELOGIN = 18;
const NAMES: Readonly<Record<number, string>> = {
  1: 'SQL batch',
  2: 'Pre-TDS7 login',
  3: 'Remote Procedure Call',
  [RESPONSE]: 'Response',
  6: 'Attention',
  7: 'Bulk load data',
  8: 'Federated Authentication Token',
  14: 'Transaction Manager Request',
  15: 'Normal tokenized request or response',
  16: 'TDS7 login',
  17: 'SSPI message',
  [PRELOGIN]: 'TDS7 pre-login message',
};
const END_OF_MESSAGE = 1;
const HIGHEST_STATUS = 0x1f;
/** 2.2.6.5: of the first option, the version: token 0 (1), offset (2), length (2). */
const OPTION = 5;
const VERSION_LENGTH = 6;
const MOST_PACKETS = 4096;
/** The longest record of TLS, with its header (RFC 5246, 6.2.3). */
const LONGEST_RECORD = RECORD + 16_384 + 2048;
const NONE = new Uint8Array(0);

/** The TLS connection that begins inside of packets. */
class TdsState {
  /** What it remembers with the flow; null before it begins. */
  tls: unknown = null;
  isTls = false;
  /** The beginnings of records whose rest comes in the next packet, from A and from B. */
  readonly partial: [Uint8Array, Uint8Array] = [NONE, NONE];
}

/** Whether a packet may begin with what is there of its header. */
function mayBegin({ bytes, offset, end }: Packet): boolean {
  if (NAMES[bytes[offset]!] === undefined) return false;
  if (end - offset > 1 && bytes[offset + 1]! > HIGHEST_STATUS) return false;
  return end - offset < 4 || u16(bytes, offset + 2) >= HEADER;
}

/** A pre-login message with its version first, as clients send it. */
function beginsWithPrelogin({ bytes, offset, end }: Packet): boolean {
  if (end - offset < HEADER + OPTION || bytes[offset] !== PRELOGIN || bytes[offset + 1] !== END_OF_MESSAGE)
    return false;
  const length = u16(bytes, offset + 2) - HEADER;
  const at = offset + HEADER;
  if (u16(bytes, offset + 4) !== 0 || bytes[offset + 7] !== 0 || bytes[at] !== 0) return false;
  return u16(bytes, at + 1) + VERSION_LENGTH <= length && u16(bytes, at + 3) === VERSION_LENGTH;
}

export const tds = protocol({
  name: 'tds',
  about: 'Tabular Data Stream',
  tcpPorts: [1433],
  segment(packet: Packet, dissection: Dissection): boolean {
    const flow = packet.flow!;
    const known = flow.application === tds && flow.applicationState instanceof TdsState;
    const state = known ? (flow.applicationState as TdsState) : new TdsState();
    for (let count = 0; packet.offset < packet.end && count < MOST_PACKETS; count++) {
      const { bytes, offset, end } = packet;
      const left = end - offset;
      // after its handshake, TLS is outside: to the end, or for the login alone
      if (state.isTls && bytes[offset]! > PRELOGIN)
        return left < 3 || isRecord(bytes, offset) ? outside(packet, state, dissection) : count > 0;
      if (!mayBegin(packet)) return count > 0;
      flow.application = tds;
      flow.applicationState = state;
      const length = left < HEADER ? 0 : u16(bytes, offset + 2);
      if (length === 0 || length > left) {
        if (packet.canWait) {
          packet.needed = length === 0 ? NEED_SEGMENT : length - left;
          return true;
        }
      }
      const stop = length === 0 ? end : Math.min(end, offset + length);
      packet.push(tds.id);
      packet.layerEnd[packet.layerCount - 1] = stop;
      if (bytes[offset] === PRELOGIN || bytes[offset] === RESPONSE) {
        inside(packet, state, offset + HEADER, stop, dissection);
      }
      packet.offset = stop;
    }
    return true;
  },
  segmentBegins: (packet, isStart) => isStart && beginsWithPrelogin(packet),
  keepsStream: true,
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const name = NAMES[bytes[start]!] ?? '';
    return packet.layerEnd[layer]! - start > 1 && (bytes[start + 1]! & END_OF_MESSAGE) === 0
      ? `${name} (Not last buffer)`
      : name;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Type', `${NAMES[bytes[start]!]} (${bytes[start]})`);
    out.field('Status', hex(bytes[start + 1]!, 2));
    out.field('Length', u16(bytes, start + 2));
    out.field('Packet Number', bytes[start + 6]!);
  },
});

/** The payload of a pre-login packet, which may be a piece of the TLS handshake (MS-TDS 3.2.5.1). */
function inside(packet: Packet, state: TdsState, start: number, stop: number, dissection: Dissection): void {
  const { bytes, direction } = packet;
  if (start >= stop) return;
  if (!state.isTls) {
    // a message without TLS begins with an option, whose number is low
    if (bytes[start] !== 0x16 || (stop - start > 1 && bytes[start + 1] !== 3)) return;
    state.isTls = true;
  } else if (
    bytes[packet.offset] === RESPONSE &&
    state.partial[direction].length === 0 &&
    !isPiece(bytes, start, stop)
  ) {
    return;
  }
  const before = state.partial[direction];
  if (before.length === 0) dissectInside(packet, state, direction, bytes, start, stop, dissection);
  else {
    const whole = new Uint8Array(before.length + stop - start);
    whole.set(before);
    whole.set(bytes.subarray(start, stop), before.length);
    dissectInside(packet, state, direction, whole, 0, whole.length, dissection);
  }
}

/** Whether the bytes begin with a record of TLS, as far as they go. */
function isPiece(bytes: Uint8Array, start: number, stop: number): boolean {
  return stop - start < 3 ? bytes[start]! > PRELOGIN : isRecord(bytes, start);
}

/** Reads the whole records in [start, stop) of `bytes`, and keeps the beginning of the last one. */
function dissectInside(
  packet: Packet,
  state: TdsState,
  direction: Direction,
  bytes: Uint8Array,
  start: number,
  stop: number,
  dissection: Dissection,
): void {
  let whole = start;
  while (stop - whole >= RECORD && whole + RECORD + u16(bytes, whole + 3) <= stop) {
    whole += RECORD + u16(bytes, whole + 3);
  }
  const rest = bytes.slice(whole, stop);
  state.partial[direction] = rest.length > LONGEST_RECORD ? NONE : rest;
  if (whole === start) return;
  const { bytes: outer, offset, end, reportedEnd, canWait } = packet;
  packet.bytes = bytes;
  packet.offset = start;
  packet.end = packet.reportedEnd = whole;
  packet.canWait = false;
  withTls(packet, state, dissection);
  packet.bytes = outer;
  packet.offset = offset;
  packet.end = end;
  packet.reportedEnd = reportedEnd;
  packet.canWait = canWait;
}

/** Records that are not in packets. */
function outside(packet: Packet, state: TdsState, dissection: Dissection): boolean {
  if (packet.end - packet.offset < 3) {
    if (packet.canWait) packet.needed = NEED_SEGMENT;
    return true;
  }
  return withTls(packet, state, dissection);
}

/** Lets TLS read [packet.offset, packet.end), with its own state in the place of that of the packets. */
function withTls(packet: Packet, state: TdsState, dissection: Dissection): boolean {
  const flow = packet.flow!;
  flow.applicationState = state.tls;
  const isTls = dissectTls(packet, dissection);
  state.tls = flow.applicationState;
  flow.applicationState = state;
  return isTls;
}
