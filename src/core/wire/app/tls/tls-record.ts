import { u16, u24 } from '../../bytes.ts';
import type { Packet } from '../../packet.ts';

// RFC 8446, 5.1: type (1), version (2), length (2).
export const RECORD = 5;
export const CHANGE_CIPHER_SPEC = 20;
export const ALERT = 21;
export const HANDSHAKE = 22;
export const APPLICATION_DATA = 23;
const HEARTBEAT = 24;
/** Records of DTLS with a connection id (RFC 9146) have 25. */
export const LAST_TYPE = 25;
/** RFC 5246, 6.2.3: 2^14 and what encryption may add. */
const LONGEST_RECORD = 16_384 + 2048;
// RFC 8446, 4: type (1), length (3).
export const HANDSHAKE_HEADER = 4;
export const CLIENT_HELLO = 1;
export const SERVER_HELLO = 2;
export const LONGEST_HELLO = 65_536;
/** Type and version: no other protocol of a known port begins with them. */
const LEAST_HELLO = 3;
/** Handshake messages that are longer are taken for bytes that are encrypted. */
export const LONGEST_MESSAGE = 2 * LONGEST_HELLO;
/** RFC 5246, E.2: a hello in the form of SSL 2.0: the highest bit and a length (2), type (1). */
export const SSL2 = 0x80;
export const SSL2_HEADER = 2;
const SHORTEST_SSL2_HELLO = 46;
/** Of SSL 2.0: an error, the client's hello and its key, the server's hello. */
const SSL2_TYPES: readonly number[] = [0, 1, 2, 4];

/** A record, or as much of the beginning of one as is there. */
export function mayBeginRecord(packet: Packet): boolean {
  const { bytes, offset, end } = packet;
  if (end - offset >= RECORD) return looksLikeRecord(packet);
  return offset < end && bytes[offset] === HANDSHAKE && (end - offset === 1 || bytes[offset + 1] === 3);
}

/** A record with a hello in clear, or as much of the beginning of one as is there, if that tells enough. */
export function beginsWithHello({ bytes, offset, end }: Packet): boolean {
  const left = end - offset;
  if (left < LEAST_HELLO || bytes[offset] !== HANDSHAKE || bytes[offset + 1] !== 3 || bytes[offset + 2]! > 3)
    return false;
  if (left < RECORD) return true;
  const length = u16(bytes, offset + 3);
  if (length === 0 || length >= LONGEST_RECORD) return false;
  const at = offset + RECORD;
  const stop = Math.min(end, at + length);
  if (at < stop && bytes[at] !== CLIENT_HELLO && bytes[at] !== SERVER_HELLO) return false;
  if (at + 1 < stop && bytes[at + 1] !== 0) return false; // hellos are shorter than 65,536 bytes
  return at + HANDSHAKE_HEADER >= stop || bytes[at + HANDSHAKE_HEADER] === 3;
}

/** As in Wireshark: what begins with four printable characters is text, and all else on the port is TLS, or its middle. */
export function isText({ bytes, offset, end }: Packet): boolean {
  if (end - offset < RECORD) return false;
  for (let at = offset; at < offset + 4; at++) if (bytes[at]! < 0x20 || bytes[at]! > 0x7e) return false;
  return true;
}

export function looksLikeRecord({ bytes, offset, end }: Packet): boolean {
  if (end - offset < RECORD || !isRecord(bytes, offset) || bytes[offset + 2] === 4) return false;
  const type = bytes[offset]!;
  const length = u16(bytes, offset + 3);
  return (type === HANDSHAKE || type === APPLICATION_DATA) && length > 0 && length < LONGEST_RECORD;
}

/** Lengths of ciphers (a multiple of 3), session (0 or 16) and challenge (32) follow type and version. */
export function looksLikeSsl2Hello({ bytes, offset, end }: Packet): boolean {
  if (end - offset < SHORTEST_SSL2_HELLO || bytes[offset] !== SSL2 || bytes[offset + 2] !== CLIENT_HELLO) return false;
  const ciphers = u16(bytes, offset + 5);
  const session = u16(bytes, offset + 7);
  return ciphers > 0 && ciphers % 3 === 0 && (session === 0 || session === 16) && u16(bytes, offset + 9) === 32;
}

/** As in Wireshark, where the version is not known to be one that has no such records but the first hello. */
export function isSsl2Record(bytes: Uint8Array, at: number, isOld: boolean): boolean {
  const type = bytes[at + 2]!;
  return isOld ? bytes[at] === SSL2 && type === CLIENT_HELLO : SSL2_TYPES.includes(type);
}

/** Header and data of a record of SSL 2.0, whose length has 15 bits, or 14 with padding. */
export function ssl2Size(bytes: Uint8Array, at: number): number {
  const field = u16(bytes, at);
  return field >= 0x8000 ? SSL2_HEADER + (field & 0x7fff) : SSL2_HEADER + 1 + (field & 0x3fff);
}

export function isRecord(bytes: Uint8Array, at: number): boolean {
  const type = bytes[at]!;
  return type >= CHANGE_CIPHER_SPEC && type <= HEARTBEAT && bytes[at + 1] === 3 && bytes[at + 2]! <= 4;
}

/** Hellos come in clear after a ChangeCipherSpec too: those that follow a HelloRetryRequest (RFC 8446, D.4). */
export function isHello(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < HANDSHAKE_HEADER || u24(bytes, start + 1) !== end - start - HANDSHAKE_HEADER) return false;
  return bytes[start] === CLIENT_HELLO || bytes[start] === SERVER_HELLO;
}
