import { u16, u24 } from '../../bytes.ts';
import { END, NOT_MINE } from '../../outcome.ts';
import type { Packet } from '../../packet.ts';
import type { Pieces } from '../../pieces.ts';
import { type Dissection, type FieldWriter, protocol } from '../../protocol.ts';
import { expectSrtp } from './dtls-srtp.ts';
import type { HelloPieces } from './hello-pieces.ts';
import { tlsVersionName } from './tls-names.ts';
import { CLIENT_HELLO, SERVER_HELLO } from './tls-record.ts';

// RFC 6347, 4.1: type (1), version (2), epoch (2), sequence (6), length (2).
const RECORD = 13;
const FIRST_TYPE = 20;
const LAST_TYPE = 25;
const HANDSHAKE = 22;
const LONGEST_RECORD = 16_384 + 2048;
// RFC 6347, 4.2.2: type (1), length (3), sequence (2), fragment offset (3) and length (3).
const HANDSHAKE_HEADER = 12;
const MOST_RECORDS = 64;
const NAMES = ['Change Cipher Spec', 'Alert', 'Handshake', 'Application Data', 'Heartbeat', 'Connection ID'];

const LONGEST_HELLO = 16_384;
/** Bytes by which hellos differ: version and random. */
const VERSION_AND_RANDOM = 34;

export const dtls = protocol({
  name: 'dtls',
  about: 'Datagram Transport Layer Security',
  datagram(packet: Packet, { hellos }: Dissection): number {
    if (!beginsWithRecord(packet)) return NOT_MINE;
    if (packet.flow !== null && packet.flow.application === null) packet.flow.application = dtls;
    packet.push(dtls.id);
    const { bytes, end } = packet;
    let at = packet.offset;
    for (let count = 0; end - at >= RECORD && isRecord(bytes, at) && count < MOST_RECORDS; count++) {
      const recordEnd = Math.min(end, at + RECORD + u16(bytes, at + 11));
      // epoch 0 is not encrypted
      if (bytes[at] === HANDSHAKE && u16(bytes, at + 3) === 0) dissectHandshake(packet, hellos, at + RECORD, recordEnd);
      at = recordEnd;
    }
    return END;
  },
  datagramLooksLike: looksLikeDtls,
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const end = packet.layerEnd[layer]!;
    const names: string[] = [];
    let at = packet.layerStart[layer]!;
    while (end - at >= RECORD && isRecord(bytes, at) && names.length < MOST_RECORDS) {
      const hello = bytes[at] === HANDSHAKE && u16(bytes, at + 3) === 0 ? bytes[at + RECORD] : undefined;
      const name = NAMES[bytes[at]! - FIRST_TYPE]!;
      names.push(hello === CLIENT_HELLO ? 'Client Hello' : hello === SERVER_HELLO ? 'Server Hello' : name);
      at += RECORD + u16(bytes, at + 11);
    }
    return names.join(', ');
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < RECORD) return;
    out.field('Content Type', NAMES[bytes[start]! - FIRST_TYPE] ?? bytes[start]!);
    out.field('Version', tlsVersionName(u16(bytes, start + 1)) ?? 'unknown');
    out.field('Epoch', u16(bytes, start + 3));
    out.field('Length', u16(bytes, start + 11));
  },
});

function beginsWithRecord({ bytes, offset, end, reportedEnd }: Packet): boolean {
  return end - offset >= RECORD && isRecord(bytes, offset) && u16(bytes, offset + 11) <= reportedEnd - offset - RECORD;
}

/** Records up to the end of the datagram, and nothing behind them; as far as they were captured. */
function looksLikeDtls(packet: Packet): boolean {
  const { bytes, end, reportedEnd } = packet;
  let at = packet.offset;
  for (let count = 0; at + RECORD <= end && count < MOST_RECORDS; count++) {
    if (!isRecord(bytes, at)) return false;
    at += RECORD + u16(bytes, at + 11);
    if (at === reportedEnd) return true;
  }
  return reportedEnd > end && at > packet.offset;
}

function isRecord(bytes: Uint8Array, at: number): boolean {
  const type = bytes[at]!;
  if (type < FIRST_TYPE || type > LAST_TYPE) return false;
  const version = u16(bytes, at + 1);
  return (version === 0xfeff || version === 0xfefd || version === 0x0100) && u16(bytes, at + 11) <= LONGEST_RECORD;
}

function dissectHandshake(packet: Packet, hellos: HelloPieces, start: number, end: number): void {
  const { bytes } = packet;
  for (let at = start; at + HANDSHAKE_HEADER <= end; ) {
    const type = bytes[at]!;
    const length = u24(bytes, at + 1);
    const place = u24(bytes, at + 6);
    const fragment = u24(bytes, at + 9);
    const body = at + HANDSHAKE_HEADER;
    if (body + fragment > end) return;
    if ((type === CLIENT_HELLO || type === SERVER_HELLO) && place + fragment <= length) {
      if (fragment === length) takeHello(packet, type, body, body + length);
      else if (fragment > 0 && length <= LONGEST_HELLO) addFragment(packet, hellos, at);
    }
    at = body + fragment;
  }
}

function takeHello(packet: Packet, type: number, start: number, end: number): void {
  packet.message(dtls.id, start, end).detail = type;
  if (type === CLIENT_HELLO) expectSrtp(packet, packet.bytes, start, end);
}

/**
 * Takes the fragment with its header at `at` (RFC 6347, 4.2.3): in any order, overlapping, of either side. Those of a message
 * have its number, its type and its length.
 */
function addFragment(packet: Packet, hellos: HelloPieces, at: number): void {
  const { bytes, flow, direction, seconds } = packet;
  if (flow === null) return;
  const type = bytes[at]!;
  const length = u24(bytes, at + 1);
  const place = u24(bytes, at + 6);
  const fragment = u24(bytes, at + 9);
  const body = at + HANDSHAKE_HEADER;
  const key = `${flow.transport} ${flow.stream} ${direction} ${u16(bytes, at + 4)} ${type} ${length}`;
  if (place === 0) {
    const begun = hellos.get(key);
    // the ports were used again before the hello was whole
    if (begun !== undefined && begun.filled > 0 && !beginsAlike(begun, bytes, body, fragment)) hellos.drop(key);
  }
  const pieces = hellos.add(key, bytes, body, place, fragment, seconds);
  if (pieces === null || pieces.filled < length) return;
  hellos.drop(key);
  packet.bytes = pieces.bytes;
  takeHello(packet, type, 0, length);
  packet.bytes = bytes;
}

function beginsAlike(begun: Pieces, bytes: Uint8Array, body: number, length: number): boolean {
  const most = Math.min(begun.filled, length, VERSION_AND_RANDOM);
  for (let index = 0; index < most; index++) if (begun.bytes[index] !== bytes[body + index]) return false;
  return true;
}
