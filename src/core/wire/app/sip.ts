import { latin1, startsWith } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import { NEED_SEGMENT, type Packet } from '../packet.ts';
import { type Dissection, type FieldWriter, protocol } from '../protocol.ts';
import { writeHttpFields } from './http-text.ts';
import { askForRest, headerField, valueEnd } from './message-framing.ts';
import { readSdp } from './sdp.ts';
import { beginsWith, decimal, find, lineEnd, nextLine } from './text-line.ts';

// RFC 3261, 7: a request line ends with the version, a status line begins with it.
const VERSION = 'SIP/';
const SPACE = 0x20;
const MOST_MESSAGES = 64;

/** Whether [offset, stop) is the first line of a SIP message. */
function isFirstLine(bytes: Uint8Array, offset: number, stop: number): boolean {
  if (startsWith(bytes, offset, stop, VERSION)) return find(bytes, SPACE, offset, stop) > 0;
  const first = find(bytes, SPACE, offset, stop);
  if (first <= offset) return false;
  const second = find(bytes, SPACE, first + 1, stop);
  if (second <= first + 1 || find(bytes, 0x3a, first + 1, second) < 0) return false;
  return startsWith(bytes, second + 1, stop, VERSION);
}

/** Whether a request line begins at `offset` and is not whole. */
function beginsRequest(bytes: Uint8Array, offset: number, end: number): boolean {
  if (lineEnd(bytes, offset, end, true) >= 0) return false;
  const first = find(bytes, SPACE, offset, end);
  const second = find(bytes, SPACE, first + 1, end);
  return first > offset && second > 0 && find(bytes, 0x3a, first + 1, second) > 0;
}

/** Dissects the message in [packet.offset, end): where it ends; -1 when it is none. */
function dissectMessage(packet: Packet, dissection: Dissection, end: number): number {
  const { bytes, offset } = packet;
  const stop = lineEnd(bytes, offset, end, false);
  if (!isFirstLine(bytes, offset, stop)) return -1;
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
      const stop = lineEnd(bytes, offset, end, false);
      if (!isFirstLine(bytes, offset, stop)) {
        if (packet.canWait && beginsRequest(bytes, offset, end)) {
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
  segmentLooksLike: looksLikeSip,
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
  return isFirstLine(bytes, offset, lineEnd(bytes, offset, end, false));
}
