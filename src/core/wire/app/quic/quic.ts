import { u32 } from '../../bytes.ts';
import { END, NOT_MINE } from '../../outcome.ts';
import type { Packet } from '../../packet.ts';
import { type Dissection, type FieldWriter, protocol } from '../../protocol.ts';
import type { HelloPieces } from '../tls/hello-pieces.ts';
import { QuicApplication } from './quic-application.ts';
import { QuicConnections } from './quic-connections.ts';
import { afterVarint, readVarint } from './quic-crypto-stream.ts';
import { forgetOpened, openedAt, openedFields, openedInfo } from './quic-opened.ts';
import { hasSessions, QuicSessions } from './quic-sessions.ts';
import { type QuicVersion, quicVersion } from './quic-version.ts';

// RFC 9000, 17.2: first byte, version (4), destination id (1 and up to 20), source id (the same), then by type.
const LONG = 0x80;
const FIXED = 0x40;
const LONGEST_ID = 20;
const TYPE_NAMES = ['Initial', '0-RTT', 'Handshake', 'Retry'];
const INITIAL = 0;
const EARLY = 1;
const HANDSHAKE = 2;
const RETRY = 3;
const MOST_PACKETS = 16;

export const quic = protocol({
  name: 'quic',
  about: 'QUIC',
  datagram(packet: Packet, dissection: Dissection): number {
    const { bytes, flow } = packet;
    const sessions = packet.quoted ? null : QuicSessions.of(dissection, makeApplication);
    if (flow === null || flow.application !== quic) {
      if (!isKnownLongHeader(packet) && sessions?.knows(packet) !== true) return NOT_MINE;
      if (flow !== null) flow.application = quic;
    }
    const hellos = dissection.decrypts || sessions !== null ? dissection.hellos : null;
    if (sessions !== null) {
      forgetOpened(packet);
      sessions.application.begin();
    }
    const { offset: first, end } = packet;
    for (let count = 0; packet.offset < end && count < MOST_PACKETS; count++) {
      if (count > 0 && !isCoalesced(bytes, first, packet.offset, end)) break;
      const layer = packet.push(quic.id) ? packet.layerCount - 1 : -1;
      if ((bytes[packet.offset]! & LONG) === 0) {
        sessions?.readShort(packet, layer); // 1-RTT: all the rest is its
        break;
      }
      const next = dissectLongHeader(packet, hellos, sessions, layer);
      if (next < 0) break;
      packet.offset = next;
    }
    sessions?.application.addLayers(packet, dissection);
    return END;
  },
  datagramLooksLike(packet: Packet): boolean {
    return isKnownLongHeader(packet) || (hasSessions() && (packet.bytes[packet.offset]! & LONG) === 0);
  },
  info(packet: Packet, layer: number): string {
    const opened = openedAt(packet, layer);
    if (opened !== undefined) return openedInfo(opened);
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if ((bytes[start]! & LONG) === 0) return 'Protected Payload (KP0)';
    const version = quicVersion(u32(bytes, start + 1));
    if (u32(bytes, start + 1) === 0) return 'Version Negotiation';
    const type = typeOf(bytes[start]!, version);
    return `${TYPE_NAMES[type] ?? 'Long header'}, DCID=${idText(bytes, start + 5, packet.layerEnd[layer]!)}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const opened = openedAt(packet, layer);
    if (opened !== undefined) {
      openedFields(opened, out);
      return;
    }
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const isLong = (bytes[start]! & LONG) !== 0;
    out.field('Header Form', isLong ? 'Long Header' : 'Short Header');
    if (!isLong || packet.layerEnd[layer]! - start < 7) return;
    const version = quicVersion(u32(bytes, start + 1));
    out.field('Packet Type', TYPE_NAMES[typeOf(bytes[start]!, version)] ?? 'unknown');
    out.field('Version', version?.name ?? `0x${u32(bytes, start + 1).toString(16)}`);
    out.field('Destination Connection ID', idText(bytes, start + 5, packet.layerEnd[layer]!));
  },
});

const makeApplication = (): QuicApplication => new QuicApplication(quic);

/** A long header of a version that is known: how a connection is recognised, as in Wireshark. */
function isKnownLongHeader(packet: Packet): boolean {
  const { bytes, offset, end } = packet;
  if (end - offset < 7 || (bytes[offset]! & LONG) === 0) return false;
  const version = u32(bytes, offset + 1);
  if (version === 0) return false;
  if ((bytes[offset]! & FIXED) === 0) return false;
  if (quicVersion(version) === null) return false;
  return bytes[offset + 5]! <= LONGEST_ID && offset + 6 + bytes[offset + 5]! < end;
}

/**
 * Whether what begins at `at` is a packet with the destination id of the long header at `first`. Other bytes are to be
 * ignored (RFC 9000, 12.2): clients fill their first datagrams with random ones.
 */
function isCoalesced(bytes: Uint8Array, first: number, at: number, end: number): boolean {
  const isLong = (bytes[at]! & LONG) !== 0;
  const length = bytes[first + 5]!;
  const id = at + (isLong ? 6 : 1);
  if (id + length > end || (isLong && bytes[at + 5] !== length)) return false;
  for (let index = 0; index < length; index++) if (bytes[id + index] !== bytes[first + 6 + index]) return false;
  return true;
}

function typeOf(first: number, version: QuicVersion | null): number {
  const bits = (first >> 4) & 3;
  return version === null ? bits : version.types.indexOf(bits);
}

/** The offset of the packet behind this one in the datagram; -1 when there is none. */
function dissectLongHeader(
  packet: Packet,
  hellos: HelloPieces | null,
  sessions: QuicSessions | null,
  layer: number,
): number {
  const { bytes, offset: start, end } = packet;
  if (end - start < 7) return packet.short() - 1;
  const number = u32(bytes, start + 1);
  const version = quicVersion(number);
  const idLength = bytes[start + 5]!;
  let at = start + 6 + idLength;
  if (idLength > LONGEST_ID || at >= end) return -1;
  at += 1 + bytes[at]!;
  if (number === 0 || at > end) return -1;
  const type = typeOf(bytes[start]!, version);
  if (type === RETRY) return -1;
  if (type === INITIAL) {
    const token = readVarint(bytes, at, end);
    if (token < 0) return -1;
    at = afterVarint(bytes, at) + token;
    if (at > end) return -1;
  }
  const length = readVarint(bytes, at, end);
  if (length < 0) return -1;
  at = afterVarint(bytes, at);
  const next = at + length;
  if (next > end) {
    packet.malformed ||= packet.reportedEnd === packet.end;
    return -1;
  }
  if (type === INITIAL && version !== null && hellos !== null) {
    readInitial(packet, hellos, sessions, version, at, next);
  } else if (type === HANDSHAKE || type === EARLY) {
    sessions?.readLong(packet, layer, type === HANDSHAKE ? 'handshake' : 'early', TYPE_NAMES[type]!, at, next);
  }
  return next;
}

/** Reads the hellos in an Initial packet; not in one that an ICMP error quotes, which has no flow. */
function readInitial(
  packet: Packet,
  hellos: HelloPieces,
  sessions: QuicSessions | null,
  version: QuicVersion,
  number: number,
  end: number,
): void {
  const { bytes, offset: start, direction, flow } = packet;
  if (flow === null) return;
  if (!(flow.applicationState instanceof QuicConnections)) flow.applicationState = new QuicConnections();
  const connections = flow.applicationState as QuicConnections;
  connections.read({ version, bytes, start, number, end, direction }, { packet, hellos, protocol: quic.id, sessions });
}

function idText(bytes: Uint8Array, at: number, end: number): string {
  const length = bytes[at] ?? 0;
  return Buffer.from(bytes.subarray(at + 1, Math.min(end, at + 1 + Math.min(length, LONGEST_ID)))).toString('hex');
}
