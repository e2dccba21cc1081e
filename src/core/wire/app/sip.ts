import { latin1, startsWith } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import { NEED_SEGMENT, type Packet } from '../packet.ts';
import { type Dissection, type FieldWriter, protocol } from '../protocol.ts';
import { writeHttpFields } from './http/http-text.ts';
import { askForRest, headerField, valueEnd } from './message-framing.ts';
import { readSdp } from './sdp.ts';
import { beginsWith, decimal, find, lineEnd, nextLine } from './text-line.ts';

// RFC 3261, 7: a request line ends with the version, a status line begins with it.
const VERSION = 'SIP/';
const SPACE = 0x20;
const COLON = 0x3a;
const CR = 0x0d;
const LF = 0x0a;
const SLASH = 0x2f;
/** By byte: whether it may be in a token (RFC 3261, 25.1). */
const IN_TOKEN: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[-.!%*_+`'~0-9A-Za-z]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
/** A first line that has not ended by then is not waited for. */
const LONGEST_LINE = 8 * 1024;
const MOST_MESSAGES = 64;

/** Whether the line that begins at `offset` is the first one of a SIP message. Only its words are looked at, not the rest of it. */
function isFirstLine(bytes: Uint8Array, offset: number, end: number): boolean {
  const first = wordEnd(bytes, offset, end);
  if (first === end || bytes[first] !== SPACE) return false;
  if (startsWith(bytes, offset, end, VERSION)) return true;
  if (first === offset) return false;
  const second = wordEnd(bytes, first + 1, end);
  if (second === end || bytes[second] !== SPACE || find(bytes, COLON, first + 1, second) < 0) return false;
  return startsWith(bytes, second + 1, end, VERSION);
}

/** Where the first blank or end of line is; `end` without one. */
function wordEnd(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset;
  while (at < end && bytes[at] !== SPACE && bytes[at] !== CR && bytes[at] !== LF) at++;
  return at;
}

/** Whether [offset, end), which has no end of line, may be the beginning of a first line. */
function mayBegin(bytes: Uint8Array, offset: number, end: number): boolean {
  if (end - offset > LONGEST_LINE || lineEnd(bytes, offset, end, true) >= 0) return false;
  const first = find(bytes, SPACE, offset, end);
  const word = first < 0 ? end : first;
  if (word === offset) return false;
  const isStatus = startsWith(bytes, offset, Math.min(word, offset + VERSION.length), VERSION.slice(0, word - offset));
  for (let at = offset; at < word; at++) if (!isStatus && IN_TOKEN[bytes[at]!] === 0) return false;
  for (let at = word; at < end; at++) if (bytes[at]! < SPACE && (bytes[at] !== CR || at + 1 < end)) return false;
  if (isStatus || first < 0) return true;
  const second = find(bytes, SPACE, first + 1, end);
  if (second < 0) return true;
  if (second === first + 1 || find(bytes, COLON, first + 1, second) < 0) return false;
  return startsWith(bytes, second + 1, end, VERSION.slice(0, end - second - 1));
}

/** Whether a request line begins, without its end, whose URI tells that it is one of SIP. */
function looksLikeRequest(bytes: Uint8Array, offset: number, end: number): boolean {
  let first = offset;
  while (first < end && IN_TOKEN[bytes[first]!] === 1) first++;
  if (bytes[first] === SLASH) first = wordEnd(bytes, first, end); // of the version
  if (bytes[first] !== SPACE) return false;
  const isSip = beginsWith(bytes, first + 1, end, 'sip:') || beginsWith(bytes, first + 1, end, 'sips:');
  return isSip && first > offset && first < end && mayBegin(bytes, offset, end);
}

/** Dissects the message in [packet.offset, end): where it ends; -1 when it is none. */
function dissectMessage(packet: Packet, dissection: Dissection, end: number): number {
  const { bytes, offset } = packet;
  if (!isFirstLine(bytes, offset, end)) return -1;
  if (!packet.push(sip.id)) return -1;
  let body = end;
  for (let at = offset; at < end; ) {
    const lineStop = lineEnd(bytes, at, end, false);
    if (lineStop === at) {
      body = nextLine(bytes, lineStop, end);
      break;
    }
    at = nextLine(bytes, lineStop, end);
  }
  let next = end;
  const length = field(bytes, offset, body, 'content-length', 'l');
  if (length >= 0) {
    const value = decimal(bytes, length, valueEnd(bytes, length, body));
    if (value >= 0) next = Math.min(end, body + value);
  }
  packet.layerEnd[packet.layerCount - 1] = next;
  const type = next > body ? field(bytes, offset, body, 'content-type', 'c') : -1;
  if (type >= 0 && beginsWith(bytes, type, valueEnd(bytes, type, body), 'application/sdp'))
    readSdp(packet, dissection, body, next);
  return next;
}

function field(bytes: Uint8Array, start: number, end: number, name: string, short: string): number {
  const value = headerField(bytes, start, end, name);
  return value >= 0 ? value : headerField(bytes, start, end, short);
}

export const sip = protocol({
  name: 'sip',
  about: 'Session Initiation Protocol',
  udpPorts: [5060],
  tcpPorts: [5060],
  announces: true,
  datagram(packet: Packet, dissection: Dissection): number {
    return dissectMessage(packet, dissection, packet.end) < 0 ? NOT_MINE : END;
  },
  datagramLooksLike: looksLikeSip,
  segment(packet: Packet, dissection: Dissection): boolean {
    for (let count = 0; packet.offset < packet.end && count < MOST_MESSAGES; count++) {
      const { bytes, offset, end } = packet;
      // empty lines keep the connection alive (RFC 5626, 3.5.1)
      if (bytes[offset] === 0x0d || bytes[offset] === 0x0a) {
        packet.offset++;
        continue;
      }
      if (!isFirstLine(bytes, offset, end)) {
        if (packet.canWait && mayBegin(bytes, offset, end)) {
          packet.needed = NEED_SEGMENT;
          return true;
        }
        packet.push(sip.id); // as in tshark, for whatever comes on the port
        break;
      }
      if (askForRest(packet, offset, true, false, null)) {
        packet.discardFrom = 0; // the body may be SDP
        return true;
      }
      const next = dissectMessage(packet, dissection, end);
      if (next <= offset) break;
      packet.offset = next;
    }
    packet.offset = packet.end;
    return true;
  },
  segmentLooksLike: (packet) => looksLikeSip(packet) || looksLikeRequest(packet.bytes, packet.offset, packet.end),
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const stop = lineEnd(bytes, start, packet.layerEnd[layer]!, false);
    const line = latin1(bytes, start, Math.min(stop, start + 1024));
    return line.startsWith(VERSION)
      ? `Status: ${line.slice(line.indexOf(' ') + 1)}`
      : `Request: ${line.replace(/ SIP\/[\d.]*$/, '')}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    writeHttpFields(packet, layer, out);
  },
});

function looksLikeSip({ bytes, offset, end }: Packet): boolean {
  const first = bytes[offset]!;
  if (first < 0x41 || first > 0x7a) return false;
  return isFirstLine(bytes, offset, end);
}
