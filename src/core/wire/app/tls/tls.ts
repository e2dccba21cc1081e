import { u16, u24 } from '../../bytes.ts';
import { NEED_SEGMENT, NO_TYPE, type Packet } from '../../packet.ts';
import { type Dissection, protocol } from '../../protocol.ts';
import { ENCRYPTED_EXTENSIONS, readServerHello } from './tls-hello.ts';
import { changeCipher, noteForKeys, secrecyOf } from './tls-keys.ts';
import { handshakeName } from './tls-names.ts';
import { noteOpenedRecord } from './tls-opened.ts';
import { PlaintextStreams } from './tls-plaintext.ts';
import {
  ALERT,
  APPLICATION_DATA,
  beginsWithHello,
  CHANGE_CIPHER_SPEC,
  CLIENT_HELLO,
  HANDSHAKE,
  HANDSHAKE_HEADER,
  isHello,
  isRecord,
  isSsl2Record,
  isText,
  LAST_TYPE,
  LONGEST_HELLO,
  LONGEST_MESSAGE,
  looksLikeRecord,
  looksLikeSsl2Hello,
  mayBeginRecord,
  RECORD,
  SERVER_HELLO,
  SSL2,
  SSL2_HEADER,
  ssl2Size,
} from './tls-record.ts';
import { TlsState } from './tls-state.ts';
import { recordNames, writeRecords } from './tls-text.ts';

const TLS_1_3 = 0x0304;
/** Of the descriptions of alerts. */
const CLOSE_NOTIFY = 0;
/** Type (1), version (2), lengths of ciphers, session and challenge (2 each). */
const SSL2_HELLO = 9;
const MOST_RECORDS = 1024;

export const tls = protocol({
  name: 'tls',
  title: 'TLS',
  about: 'Transport Layer Security',
  tcpPorts: [443, 465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 3269, 5061, 5671, 6697, 8443, 8883, 16_993],
  segment: dissectTls,
  segmentBegins: (packet, isStart) => isStart && beginsWithHello(packet),
  segmentLooksLike: (packet) => looksLikeRecord(packet) || looksLikeSsl2Hello(packet),
  keepsStream: true,
  needsSecrets: true,
  info: (packet, layer) => recordNames(packet, layer).join(', ') || 'Continuation Data',
  fields: writeRecords,
});

/** Records in [packet.offset, packet.end) of the flow, whose `applicationState` is that of TLS; false for text. Decrypts with `dissection`. */
export function dissectTls(packet: Packet, dissection: Dissection): boolean {
  const flow = packet.flow!;
  if (isText(packet)) return false;
  if (!(flow.applicationState instanceof TlsState)) flow.applicationState = new TlsState();
  packet.push(tls.id);
  dissectRecords(packet, flow.applicationState as TlsState, dissection);
  return true;
}

/**
 * The connection goes on in TLS from `behind`, after STARTTLS and its like; nobody but TLS may read the segment further.
 * Records that stand there already are read. What else does is passed over: nothing in clear may follow (RFC 3207, 4.2;
 * RFC 9051, 6.2.1), and who puts it there hopes that it is taken for what was encrypted.
 */
export function startTls(packet: Packet, behind: number, dissection: Dissection): void {
  const flow = packet.flow!;
  flow.application = tls;
  flow.applicationState = null;
  packet.offset = Math.min(behind, packet.end);
  if (!mayBeginRecord(packet) || !dissectTls(packet, dissection)) packet.offset = packet.end;
}

function dissectRecords(packet: Packet, state: TlsState, dissection: Dissection): void {
  const { bytes, end } = packet;
  for (let count = 0; packet.offset < end && count < MOST_RECORDS; count++) {
    const at = packet.offset;
    const left = end - at + packet.elided;
    packet.elided = 0;
    const type = bytes[at]!;
    const header = !state.isSsl2 ? RECORD : type >= SSL2 ? SSL2_HEADER : SSL2_HEADER + 1; // a length of padding
    if (left < header) {
      if (packet.canWait) packet.needed = NEED_SEGMENT;
      return;
    }
    const isSsl2 = state.isSsl2 || (type >= SSL2 && isSsl2Record(bytes, at, state.isOld));
    if (!isSsl2 && (state.isOld ? type < CHANGE_CIPHER_SPEC || type > LAST_TYPE : !isRecord(bytes, at))) break;
    const size = isSsl2 ? ssl2Size(bytes, at) : RECORD + u16(bytes, at + 3);
    const sender = packet.direction === 0 ? 1 : 2;
    if (left < size && packet.canWait) {
      packet.needed = size - left;
      // of what is encrypted nothing but its length is of use
      const reader = state.reader(packet.direction);
      const isRead = reader?.reads(type) === true && !reader.isLost;
      const hasHello = isSsl2 ? bytes[at + 2] === CLIENT_HELLO : type === HANDSHAKE;
      if (!hasHello && !isRead) packet.discardFrom = Math.min(end, at + RECORD);
      return;
    }
    const recordEnd = Math.min(end, at + size);
    // a client's hello tells only what it offers
    if (isSsl2) state.isSsl2 ||= !state.isOld && !state.isTls13 && bytes[at + 2]! > CLIENT_HELLO;
    else if (!state.isTls13 && (type !== HANDSHAKE || bytes[at + RECORD] !== CLIENT_HELLO)) state.isOld = true;
    if (isSsl2) takeSsl2Hello(packet, at + SSL2_HEADER, recordEnd);
    else if (type === CHANGE_CIPHER_SPEC) changeCipher(packet, state, sender);
    else if (decrypt(packet, state, dissection, at, at + size)) {
      // what it holds was read
    } else if (type === APPLICATION_DATA) {
      dissection.plaintext?.closed(packet, secrecyOf(state, packet.direction, at + size > end));
    } else if (type !== HANDSHAKE) {
      // nothing of a handshake
    } else if ((state.encrypted & sender) !== 0 && !isHello(bytes, at + RECORD, recordEnd)) {
      if (at + size <= end) packet.handshake(NO_TYPE);
    } else {
      dissectHandshake(packet, state, at + RECORD, recordEnd, dissection);
      // a record that is cut: the rest of its message will not come
      if (at + size > end) state.forget(packet.direction);
      else if (state.isUnknown) packet.handshake(NO_TYPE);
    }
    packet.offset = recordEnd;
  }
  packet.offset = end;
}

/** Reads the record in [at, end), if it is encrypted and its key is known. */
function decrypt(packet: Packet, state: TlsState, dissection: Dissection, at: number, end: number): boolean {
  const reader = state.reader(packet.direction);
  const { bytes } = packet;
  if (reader === null || dissection.secrets === null || !reader.reads(bytes[at]!)) return false;
  if (end > packet.end) {
    reader.skip();
    return false;
  }
  const plaintext = reader.open(bytes, at, end, dissection.secrets);
  if (plaintext === null) return false;
  const { contentType } = reader;
  if (contentType === HANDSHAKE || contentType === ALERT) {
    noteOpenedRecord(packet, at, contentType, plaintext, Math.min(plaintext.length, state.rest(packet.direction).skip));
  }
  if (contentType === HANDSHAKE) {
    packet.bytes = plaintext;
    dissectHandshake(packet, state, 0, plaintext.length, dissection);
    packet.bytes = bytes;
  } else if (contentType === APPLICATION_DATA) {
    state.plaintext ??= new PlaintextStreams();
    state.plaintext.add(packet, dissection, plaintext);
  } else if (contentType === ALERT && plaintext[1] === CLOSE_NOTIFY && plaintext.length === 2) {
    state.plaintext?.end(packet, dissection);
  }
  return true;
}

/** A ClientHello in [start, end), of SSL 2.0 or in its form (RFC 5246, E.2). */
function takeSsl2Hello(packet: Packet, start: number, end: number): void {
  if (end - start < SSL2_HELLO || packet.bytes[start] !== CLIENT_HELLO) return;
  const version = u16(packet.bytes, start + 1);
  if (version === 2 || version >> 8 === 3) packet.message(tls.id, start, end).detail = CLIENT_HELLO;
}

/** Finds the hellos in a handshake record, and those that began in the record before. */
function dissectHandshake(packet: Packet, state: TlsState, from: number, end: number, dissection: Dissection): void {
  const { direction } = packet;
  state.isUnknown = false;
  const skipped = Math.min(state.rest(direction).skip, end - from);
  if (skipped !== 0) state.ownRest(direction).skip -= skipped;
  if (skipped > 0 && state.rest(direction).skip === 0) packet.handshake(state.rest(direction).skippedType);
  const start = from + skipped;
  const before = state.rest(direction).partial;
  if (before !== null) {
    const whole = new Uint8Array(before.length + end - start);
    whole.set(before);
    whole.set(packet.bytes.subarray(start, end), before.length);
    state.ownRest(direction).partial = null;
    const { bytes } = packet;
    packet.bytes = whole;
    walkMessages(packet, state, 0, whole.length, dissection);
    packet.bytes = bytes;
  } else walkMessages(packet, state, start, end, dissection);
}

function walkMessages(packet: Packet, state: TlsState, start: number, end: number, dissection: Dissection): void {
  const { bytes } = packet;
  const { direction } = packet;
  let at = start;
  while (at + HANDSHAKE_HEADER <= end) {
    const type = bytes[at]!;
    const length = u24(bytes, at + 1);
    const body = at + HANDSHAKE_HEADER;
    const hello = type === CLIENT_HELLO || type === SERVER_HELLO;
    const known = handshakeName(type) === undefined ? NO_TYPE : type;
    if (body + length > end) {
      state.isUnknown = known === NO_TYPE;
      const rest = state.ownRest(direction);
      rest.skippedType = known;
      if (hello && length < LONGEST_HELLO) rest.partial = bytes.slice(at, end);
      if (!hello && known !== NO_TYPE && length < LONGEST_MESSAGE) rest.skip = body + length - end;
      return;
    }
    packet.handshake(known);
    if (hello) packet.message(tls.id, body, body + length).detail = type;
    if (type === SERVER_HELLO && chosenVersion(bytes, body, body + length) >= TLS_1_3) {
      state.isTls13 = true;
      state.isOld = false;
    }
    if ((dissection.secrets ?? dissection.plaintext) !== null) {
      noteForKeys(packet, state, type, body, body + length);
      if (type === ENCRYPTED_EXTENSIONS && state.isTls13) packet.message(tls.id, body, body + length).detail = type;
    }
    at = body + length;
  }
  if (at < end) state.ownRest(direction).partial = bytes.slice(at, end);
}

/** What the server agreed to, in supported_versions or in the version field; drafts of TLS 1.3 count as higher. */
function chosenVersion(bytes: Uint8Array, start: number, end: number): number {
  const hello = readServerHello(bytes, start, end);
  return hello === null ? 0 : (hello.versions[0] ?? hello.legacyVersion);
}
