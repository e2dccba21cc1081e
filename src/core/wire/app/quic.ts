import { u32 } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { type FieldWriter, protocol } from '../protocol.ts';
import { afterVarint, CryptoStream, readVarint } from './quic-crypto-stream.ts';
import { decryptInitial, type InitialKeys, initialKeys, initialSecret } from './quic-initial.ts';
import { type QuicVersion, quicVersion } from './quic-version.ts';

// RFC 9000, 17.2: first byte, version (4), destination id (1 and up to 20), source id (the same), then by type.
const LONG = 0x80;
const FIXED = 0x40;
const LONGEST_ID = 20;
const TYPE_NAMES = ['Initial', '0-RTT', 'Handshake', 'Retry'];
const INITIAL = 0;
const RETRY = 3;
const MOST_PACKETS = 16;
/** Initial packets of a connection that are decrypted, at most, in search of its hellos. */
const MOST_INITIALS = 32;

/** What a QUIC connection remembers. */
class QuicState {
  version: QuicVersion | null = null;
  secret: Uint8Array | null = null;
  clientKeys: InitialKeys | null = null;
  serverKeys: InitialKeys | null = null;
  /** The direction of the first Initial packet. */
  client = -1;
  initials = 0;
  /** The client's and the server's handshake, until its hello was found. */
  clientStream: CryptoStream | null = new CryptoStream();
  serverStream: CryptoStream | null = new CryptoStream();

  /** The server asks for the hello again, with keys of the id it chooses (RFC 9001, 5.2). */
  retry(): void {
    this.secret = this.clientKeys = this.serverKeys = null;
    this.clientStream = new CryptoStream();
  }
}

export const quic = protocol({
  name: 'quic',
  about: 'QUIC',
  datagram(packet: Packet): number {
    const { bytes } = packet;
    const { flow } = packet;
    if (flow === null || flow.application !== quic) {
      if (!isKnownLongHeader(packet)) return NOT_MINE;
      if (flow !== null) flow.application = quic;
    }
    const { end } = packet;
    let state: QuicState | null = null;
    if (flow !== null) {
      if (!(flow.applicationState instanceof QuicState)) flow.applicationState = new QuicState();
      state = flow.applicationState as QuicState;
    }
    for (let count = 0; packet.offset < end && count < MOST_PACKETS; count++) {
      packet.push(quic.id);
      if ((bytes[packet.offset]! & LONG) === 0) return END; // 1-RTT: all the rest is its
      const next = dissectLongHeader(packet, state);
      if (next < 0) return END;
      packet.offset = next;
    }
    return END;
  },
  datagramLooksLike: isKnownLongHeader,
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if ((bytes[start]! & LONG) === 0) return 'Protected Payload (KP0)';
    const version = quicVersion(u32(bytes, start + 1));
    if (u32(bytes, start + 1) === 0) return 'Version Negotiation';
    const type = typeOf(bytes[start]!, version);
    return `${TYPE_NAMES[type] ?? 'Long header'}, DCID=${idText(bytes, start + 5, packet.layerEnd[layer]!)}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
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

function typeOf(first: number, version: QuicVersion | null): number {
  const bits = (first >> 4) & 3;
  return version === null ? bits : version.types.indexOf(bits);
}

/** The offset of the packet behind this one in the datagram; -1 when there is none. */
function dissectLongHeader(packet: Packet, state: QuicState | null): number {
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
  if (type === RETRY) {
    if (state !== null && packet.direction !== state.client) state.retry();
    return -1;
  }
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
  if (type === INITIAL && state !== null && version !== null) readInitial(packet, state, version, at, next);
  return next;
}

/** Decrypts an Initial packet while a hello of its side is still to be found. */
function readInitial(packet: Packet, state: QuicState, version: QuicVersion, number: number, end: number): void {
  const { bytes, offset: start, direction } = packet;
  if (state.client < 0) state.client = direction;
  const ofClient = direction === state.client;
  const stream = ofClient ? state.clientStream : state.serverStream;
  if (stream === null || state.initials++ >= MOST_INITIALS) return;
  const id = bytes.subarray(start + 6, start + 6 + bytes[start + 5]!);
  let plain: Uint8Array | null = null;
  if (ofClient) {
    if (state.clientKeys !== null) plain = decryptInitial(state.clientKeys, bytes, start, number, end);
  } else if (state.secret !== null && state.version !== null) {
    state.serverKeys ??= initialKeys(state.version, state.secret, 'server');
    plain = decryptInitial(state.serverKeys, bytes, start, number, end);
  }
  if (plain === null && ofClient) {
    // the first one; or, after a Retry or a new attempt, the id that keys are made of is another
    const secret = initialSecret(version, id);
    const keys = initialKeys(version, secret, 'client');
    plain = decryptInitial(keys, bytes, start, number, end);
    if (plain !== null) {
      state.secret = secret;
      state.clientKeys = keys;
      state.serverKeys = null;
      if (state.version !== null) state.clientStream = new CryptoStream();
      state.version = version;
    }
  }
  if (plain === null) return;
  const current = (ofClient ? state.clientStream : state.serverStream)!;
  current.addFrames(plain, state.version!.cryptoFrame);
  const length = current.helloLength();
  if (length < 0) return;
  const frame = packet.bytes;
  packet.bytes = current.bytes;
  packet.message(quic.id, 4, 4 + length).detail = current.bytes[0];
  packet.handshake(current.bytes[0]!);
  packet.bytes = frame;
  if (ofClient) state.clientStream = null;
  else state.serverStream = null;
}

function idText(bytes: Uint8Array, at: number, end: number): string {
  const length = bytes[at] ?? 0;
  return Buffer.from(bytes.subarray(at + 1, Math.min(end, at + 1 + Math.min(length, LONGEST_ID)))).toString('hex');
}
