import { u16, u24 } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { type FieldWriter, protocol } from '../protocol.ts';
import { expectSrtp } from './dtls-srtp.ts';
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

/** A ClientHello that comes in several datagrams. */
class PartialHello {
  readonly bytes: Uint8Array;
  filled = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
  }
}
const LONGEST_HELLO = 16_384;

export const dtls = protocol({
  name: 'dtls',
  about: 'Datagram Transport Layer Security',
  datagram(packet: Packet): number {
    if (!beginsWithRecord(packet)) return NOT_MINE;
    if (packet.flow !== null && packet.flow.application === null) packet.flow.application = dtls;
    packet.push(dtls.id);
    const { bytes, end } = packet;
    let at = packet.offset;
    for (let count = 0; end - at >= RECORD && isRecord(bytes, at) && count < MOST_RECORDS; count++) {
      const recordEnd = Math.min(end, at + RECORD + u16(bytes, at + 11));
      // epoch 0 is not encrypted
      if (bytes[at] === HANDSHAKE && u16(bytes, at + 3) === 0) dissectHandshake(packet, at + RECORD, recordEnd);
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

function dissectHandshake(packet: Packet, start: number, end: number): void {
  const { bytes } = packet;
  for (let at = start; at + HANDSHAKE_HEADER <= end; ) {
    const type = bytes[at]!;
    const length = u24(bytes, at + 1);
    const fragmentOffset = u24(bytes, at + 6);
    const fragment = u24(bytes, at + 9);
    const body = at + HANDSHAKE_HEADER;
    if (body + fragment > end) return;
    if (type === CLIENT_HELLO || type === SERVER_HELLO) {
      if (fragment === length) {
        packet.message(dtls.id, body, body + length).detail = type;
        if (type === CLIENT_HELLO) expectSrtp(packet, bytes, body, body + length);
      } else if (type === CLIENT_HELLO) addFragment(packet, body, length, fragmentOffset, fragment);
    }
    at = body + fragment;
  }
}

/** Fragments of a ClientHello are taken in their order; a lost or reordered one is waited for again. */
function addFragment(packet: Packet, body: number, length: number, offset: number, fragment: number): void {
  const { flow } = packet;
  if (flow === null || flow.application !== dtls || length > LONGEST_HELLO || offset + fragment > length) return;
  if (offset === 0) flow.applicationState = new PartialHello(length);
  const partial = flow.applicationState; // or what another protocol left that the datagrams before were taken for
  if (!(partial instanceof PartialHello) || partial.bytes.length !== length || partial.filled !== offset) return;
  partial.bytes.set(packet.bytes.subarray(body, body + fragment), offset);
  partial.filled += fragment;
  if (partial.filled < length) return;
  const { bytes } = packet;
  packet.bytes = partial.bytes;
  packet.message(dtls.id, 0, length).detail = CLIENT_HELLO;
  packet.bytes = bytes;
  flow.applicationState = null;
  expectSrtp(packet, partial.bytes, 0, length);
}
