import { u16, u24 } from '../bytes.ts';
import { type Packet, WANT_SEGMENT } from '../packet.ts';
import { type FieldWriter, protocol } from '../protocol.ts';
import { readClientHello, readServerHello } from './tls-hello.ts';
import { tlsVersionName } from './tls-names.ts';

// RFC 8446, 5.1: type (1), version (2), length (2).
const RECORD = 5;
const CHANGE_CIPHER_SPEC = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const HEARTBEAT = 24;
/** Records of DTLS with a connection id (RFC 9146) have 25. */
const LAST_TYPE = 25;
const TLS_1_3 = 0x0304;
/** RFC 5246, 6.2.3: 2^14 and what encryption may add. */
const LONGEST_RECORD = 16_384 + 2048;
// RFC 8446, 4: type (1), length (3).
const HANDSHAKE_HEADER = 4;
export const CLIENT_HELLO = 1;
export const SERVER_HELLO = 2;
const LONGEST_HELLO = 65_536;
/** Longer ones are taken for bytes that are encrypted. */
const LONGEST_MESSAGE = 2 * LONGEST_HELLO;
/** RFC 5246, E.2: a hello in the form of SSL 2.0: the highest bit and a length (2), type (1). */
const SSL2 = 0x80;
const SSL2_HEADER = 2;
/** Type (1), version (2), lengths of ciphers, session and challenge (2 each). */
const SSL2_HELLO = 9;
const SHORTEST_SSL2_HELLO = 46;
/** Of SSL 2.0: an error, the client's hello and its key, the server's hello. */
const SSL2_TYPES: readonly number[] = [0, 1, 2, 4];
const MOST_RECORDS = 1024;

/** What a TLS connection remembers. */
class TlsState {
  /** Known to be TLS 1.2 or older, where the type alone makes a record, as in Wireshark; else its version does too. */
  isOld = false;
  isTls13 = false;
  /** A message that only SSL 2.0 has came before any record: all that follows is taken for its records, as in Wireshark. */
  isSsl2 = false;
  /** A ChangeCipherSpec was seen from A (1), from B (2): what follows is encrypted. */
  encrypted = 0;
  /** A hello that lies in several records, from A and from B. */
  readonly partial: [Uint8Array | null, Uint8Array | null] = [null, null];
  /** Bytes of another handshake message that are still to come in the records that follow. */
  readonly skip: [number, number] = [0, 0];

  /** No message of this side goes on in its next record. */
  forget(side: number): void {
    this.partial[side as 0 | 1] = null;
    this.skip[side as 0 | 1] = 0;
  }
}

export const tls = protocol({
  name: 'tls',
  title: 'TLS',
  about: 'Transport Layer Security',
  tcpPorts: [443, 465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 3269, 5061, 5671, 6697, 8443, 8883, 16_993],
  segment: dissectTls,
  segmentLooksLike(packet: Packet): boolean {
    if (!looksLikeRecord(packet) && !looksLikeSsl2Hello(packet)) return false;
    packet.flow!.application = tls;
    return true;
  },
  info: (packet, layer) => recordNames(packet, layer).join(', ') || 'Continuation Data',
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const end = packet.layerEnd[layer]!;
    let at = packet.layerStart[layer]!;
    for (let count = 0; at + RECORD <= end && isRecord(bytes, at) && count < 64; count++) {
      const length = u16(bytes, at + 3);
      out.open(`${tlsVersionName(u16(bytes, at + 1)) ?? 'TLS'} Record Layer`, recordName(bytes, at, end));
      out.field('Content Type', bytes[at]!);
      out.field('Length', length);
      out.close();
      at += RECORD + length;
    }
  },
});

/** Records in [packet.offset, packet.end) of the flow, whose `applicationState` is that of TLS; false for text. */
export function dissectTls(packet: Packet): boolean {
  const flow = packet.flow!;
  if (isText(packet)) return false;
  if (!(flow.applicationState instanceof TlsState)) flow.applicationState = new TlsState();
  packet.push(tls.id);
  dissectRecords(packet, flow.applicationState as TlsState);
  return true;
}

/**
 * The connection goes on in TLS from `behind`, after STARTTLS and its like; nobody but TLS may read the segment further.
 * Records that stand there already are read. What else does is passed over: nothing in clear may follow (RFC 3207, 4.2;
 * RFC 9051, 6.2.1), and who puts it there hopes that it is taken for what was encrypted.
 */
export function startTls(packet: Packet, behind: number): void {
  const flow = packet.flow!;
  flow.application = tls;
  flow.applicationState = null;
  packet.offset = Math.min(behind, packet.end);
  if (!mayBeginRecord(packet) || !dissectTls(packet)) packet.offset = packet.end;
}

/** A record, or as much of the beginning of one as is there. */
function mayBeginRecord(packet: Packet): boolean {
  const { bytes, offset, end } = packet;
  if (end - offset >= RECORD) return looksLikeRecord(packet);
  return offset < end && bytes[offset] === HANDSHAKE && (end - offset === 1 || bytes[offset + 1] === 3);
}

/** As in Wireshark: what begins with four printable characters is text, and all else on the port is TLS, or its middle. */
function isText({ bytes, offset, end }: Packet): boolean {
  if (end - offset < RECORD) return false;
  for (let at = offset; at < offset + 4; at++) if (bytes[at]! < 0x20 || bytes[at]! > 0x7e) return false;
  return true;
}

function looksLikeRecord({ bytes, offset, end }: Packet): boolean {
  if (end - offset < RECORD || !isRecord(bytes, offset) || bytes[offset + 2] === 4) return false;
  const type = bytes[offset]!;
  const length = u16(bytes, offset + 3);
  return (type === HANDSHAKE || type === APPLICATION_DATA) && length > 0 && length < LONGEST_RECORD;
}

/** Lengths of ciphers (a multiple of 3), session (0 or 16) and challenge (32) follow type and version. */
function looksLikeSsl2Hello({ bytes, offset, end }: Packet): boolean {
  if (end - offset < SHORTEST_SSL2_HELLO || bytes[offset] !== SSL2 || bytes[offset + 2] !== CLIENT_HELLO) return false;
  const ciphers = u16(bytes, offset + 5);
  const session = u16(bytes, offset + 7);
  return ciphers > 0 && ciphers % 3 === 0 && (session === 0 || session === 16) && u16(bytes, offset + 9) === 32;
}

/** As in Wireshark, where the version is not known to be one that has no such records but the first hello. */
function isSsl2Record(bytes: Uint8Array, at: number, isOld: boolean): boolean {
  const type = bytes[at + 2]!;
  return isOld ? bytes[at] === SSL2 && type === CLIENT_HELLO : SSL2_TYPES.includes(type);
}

/** Header and data of a record of SSL 2.0, whose length has 15 bits, or 14 with padding. */
function ssl2Size(bytes: Uint8Array, at: number): number {
  const field = u16(bytes, at);
  return field >= 0x8000 ? SSL2_HEADER + (field & 0x7fff) : SSL2_HEADER + 1 + (field & 0x3fff);
}

function isRecord(bytes: Uint8Array, at: number): boolean {
  const type = bytes[at]!;
  return type >= CHANGE_CIPHER_SPEC && type <= HEARTBEAT && bytes[at + 1] === 3 && bytes[at + 2]! <= 4;
}

function dissectRecords(packet: Packet, state: TlsState): void {
  const { bytes, end } = packet;
  for (let count = 0; packet.offset < end && count < MOST_RECORDS; count++) {
    const at = packet.offset;
    const left = end - at + packet.elided;
    packet.elided = 0;
    const type = bytes[at]!;
    const header = !state.isSsl2 ? RECORD : type >= SSL2 ? SSL2_HEADER : SSL2_HEADER + 1; // a length of padding
    if (left < header) {
      if (packet.canWait) packet.wanted = WANT_SEGMENT;
      return;
    }
    const isSsl2 = state.isSsl2 || (type >= SSL2 && isSsl2Record(bytes, at, state.isOld));
    if (!isSsl2 && (state.isOld ? type < CHANGE_CIPHER_SPEC || type > LAST_TYPE : !isRecord(bytes, at))) break;
    const size = isSsl2 ? ssl2Size(bytes, at) : RECORD + u16(bytes, at + 3);
    const sender = packet.direction === 0 ? 1 : 2;
    if (left < size && packet.canWait) {
      packet.wanted = size - left;
      // of what is encrypted nothing but its length is of use
      const hasHello = isSsl2 ? bytes[at + 2] === CLIENT_HELLO : type === HANDSHAKE;
      if (!hasHello) packet.discardFrom = Math.min(end, at + RECORD);
      return;
    }
    const recordEnd = Math.min(end, at + size);
    // a client's hello tells only what it offers
    if (isSsl2) state.isSsl2 ||= !state.isOld && !state.isTls13 && bytes[at + 2]! > CLIENT_HELLO;
    else if (!state.isTls13 && (type !== HANDSHAKE || bytes[at + RECORD] !== CLIENT_HELLO)) state.isOld = true;
    if (isSsl2) takeSsl2Hello(packet, at + SSL2_HEADER, recordEnd);
    else if (type === CHANGE_CIPHER_SPEC) state.encrypted |= sender;
    else if (type === HANDSHAKE && ((state.encrypted & sender) === 0 || isHello(bytes, at + RECORD, recordEnd))) {
      dissectHandshake(packet, state, at + RECORD, recordEnd);
      if (at + size > end) state.forget(packet.direction); // the rest was not captured, and will not come
    }
    packet.offset = recordEnd;
  }
  packet.offset = end;
}

/** A ClientHello in [start, end), of SSL 2.0 or in its form (RFC 5246, E.2). */
function takeSsl2Hello(packet: Packet, start: number, end: number): void {
  if (end - start < SSL2_HELLO || packet.bytes[start] !== CLIENT_HELLO) return;
  const version = u16(packet.bytes, start + 1);
  if (version === 2 || version >> 8 === 3) packet.message(tls.id, start, end).detail = CLIENT_HELLO;
}

/** Hellos come in clear after a ChangeCipherSpec too: those that follow a HelloRetryRequest (RFC 8446, D.4). */
function isHello(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < HANDSHAKE_HEADER || u24(bytes, start + 1) !== end - start - HANDSHAKE_HEADER) return false;
  return bytes[start] === CLIENT_HELLO || bytes[start] === SERVER_HELLO;
}

/** Finds the hellos in a handshake record, and those that began in the record before. */
function dissectHandshake(packet: Packet, state: TlsState, from: number, end: number): void {
  const side = packet.direction as 0 | 1;
  const skipped = Math.min(state.skip[side], end - from);
  state.skip[side] -= skipped;
  const start = from + skipped;
  const before = state.partial[side];
  if (before !== null) {
    const whole = new Uint8Array(before.length + end - start);
    whole.set(before);
    whole.set(packet.bytes.subarray(start, end), before.length);
    state.partial[side] = null;
    const { bytes } = packet;
    packet.bytes = whole;
    walkMessages(packet, state, 0, whole.length);
    packet.bytes = bytes;
  } else walkMessages(packet, state, start, end);
}

function walkMessages(packet: Packet, state: TlsState, start: number, end: number): void {
  const { bytes } = packet;
  const side = packet.direction as 0 | 1;
  let at = start;
  while (at + HANDSHAKE_HEADER <= end) {
    const type = bytes[at]!;
    const length = u24(bytes, at + 1);
    const body = at + HANDSHAKE_HEADER;
    const hello = type === CLIENT_HELLO || type === SERVER_HELLO;
    if (body + length > end) {
      if (hello && length < LONGEST_HELLO) state.partial[side] = bytes.slice(at, end);
      if (!hello && HANDSHAKES[type] !== undefined && length < LONGEST_MESSAGE) state.skip[side] = body + length - end;
      return;
    }
    if (hello) packet.message(tls.id, body, body + length).detail = type;
    if (type === SERVER_HELLO && chosenVersion(bytes, body, body + length) >= TLS_1_3) {
      state.isTls13 = true;
      state.isOld = false;
    }
    at = body + length;
  }
  if (at < end) state.partial[side] = bytes.slice(at, end);
}

/** What the server agreed to, in supported_versions or in the version field; drafts of TLS 1.3 count as higher. */
function chosenVersion(bytes: Uint8Array, start: number, end: number): number {
  const hello = readServerHello(bytes, start, end);
  return hello === null ? 0 : (hello.versions[0] ?? hello.legacyVersion);
}

const HANDSHAKES: Readonly<Record<number, string>> = {
  0: 'Hello Request',
  1: 'Client Hello',
  2: 'Server Hello',
  4: 'New Session Ticket',
  8: 'Encrypted Extensions',
  11: 'Certificate',
  12: 'Server Key Exchange',
  13: 'Certificate Request',
  14: 'Server Hello Done',
  15: 'Certificate Verify',
  16: 'Client Key Exchange',
  20: 'Finished',
  22: 'Certificate Status',
};

function recordNames(packet: Packet, layer: number): string[] {
  const bytes = packet.layerBytes[layer]!;
  const end = packet.layerEnd[layer]!;
  const names: string[] = [];
  let at = packet.layerStart[layer]!;
  if (at + RECORD <= end && bytes[at] === SSL2 && bytes[at + 2] === CLIENT_HELLO) return ['Client Hello'];
  while (at + RECORD <= end && isRecord(bytes, at) && names.length < 32) {
    names.push(recordName(bytes, at, end));
    at += RECORD + u16(bytes, at + 3);
  }
  return names;
}

function recordName(bytes: Uint8Array, at: number, end: number): string {
  switch (bytes[at]) {
    case CHANGE_CIPHER_SPEC:
      return 'Change Cipher Spec';
    case ALERT:
      return u16(bytes, at + 3) === 2 ? 'Alert' : 'Encrypted Alert';
    case APPLICATION_DATA:
      return 'Application Data';
    case HANDSHAKE: {
      const name = HANDSHAKES[bytes[at + RECORD] ?? 255];
      const length = at + RECORD + 4 <= end ? u24(bytes, at + RECORD + 1) : -1;
      if (name === undefined || length > LONGEST_MESSAGE) return 'Encrypted Handshake Message';
      if (bytes[at + RECORD] !== CLIENT_HELLO) return name;
      const serverName = readClientHello(bytes, at + RECORD + HANDSHAKE_HEADER, end, false)?.serverName;
      return serverName ? `${name} (SNI=${serverName})` : name;
    }
    default:
      return 'Heartbeat';
  }
}
