import { i32, u16 } from '../bytes.ts';
import { hex } from '../hex.ts';
import { END, NOT_MINE } from '../outcome.ts';
import { NEED_SEGMENT, type Packet } from '../packet.ts';
import { type Dissection, type FieldWriter, protocol } from '../protocol.ts';
import { rtcp } from './rtcp.ts';

// RFC 8489, 5: type (2), length (2), magic cookie (4), transaction (12). RFC 8656, 12.4: channel (2), length (2).
const HEADER = 20;
const CHANNEL_HEADER = 4;
const COOKIE = 0x2112a442;
const COOKIE_AT = 4;
/** MS-TURN 2.2.1.2: a channel number outside the range of channels. */
const MS_MULTIPLEX = 0xff10;
const HIGHEST_METHOD = 0xff;
const FIRST_TURN_METHOD = 3;
const METHODS: Readonly<Record<number, string>> = {
  1: 'Binding',
  2: 'SharedSecret',
  3: 'Allocate',
  4: 'Refresh',
  6: 'Send',
  7: 'Data',
  8: 'CreatePermission',
  9: 'Channel-Bind',
  10: 'Connect',
  11: 'ConnectionBind',
  12: 'ConnectionAttempt',
};
const CLASSES = ['Request', 'Indication', 'Success Response', 'Error Response'];
/** Types of RFC 3489, without a magic cookie. */
const CLASSIC_TYPES: ReadonlySet<number> = new Set([
  ...[0x001, 0x101, 0x111, 0x002, 0x102, 0x112, 0x003, 0x103, 0x113, 0x004, 0x104, 0x114, 0x115],
]);

function methodOf(type: number): number {
  return (type & 0xf) | ((type & 0xe0) >> 1) | ((type & 0x3e00) >> 2);
}

function isMessage(bytes: Uint8Array, offset: number, length: number): boolean {
  return (
    length >= HEADER &&
    (bytes[offset]! & 0xc0) === 0 &&
    i32(bytes, offset + COOKIE_AT) === COOKIE &&
    methodOf(u16(bytes, offset)) <= HIGHEST_METHOD
  );
}

function isChannelData(bytes: Uint8Array, offset: number): boolean {
  const channel = u16(bytes, offset);
  return (channel & 0xc000) === 0x4000 || channel === MS_MULTIPLEX;
}

/** What a channel carries has no port to tell it by. */
function channelData(packet: Packet, dissection: Dissection, start: number, end: number): void {
  packet.push(stun.id);
  packet.offset = start + CHANNEL_HEADER;
  packet.end = end;
  if (rtcp.datagramLooksLike!(packet)) rtcp.datagram!(packet, dissection);
}

export const stun = protocol({
  name: 'stun',
  about: 'Session Traversal Utilities for NAT',
  udpPorts: [3478],
  tcpPorts: [3478],
  datagram(packet: Packet, dissection: Dissection): number {
    const { bytes, offset, flow } = packet;
    const length = packet.reportedEnd - offset;
    if (packet.end - offset < CHANNEL_HEADER) return NOT_MINE;
    const told = u16(bytes, offset + 2);
    if ((bytes[offset]! & 0xc0) !== 0) {
      if (!isChannelData(bytes, offset)) return NOT_MINE;
      const whole = told + CHANNEL_HEADER;
      if (length !== whole && length !== ((whole + 3) & ~3)) return NOT_MINE;
      channelData(packet, dissection, offset, packet.end);
      return END;
    }
    if (!isMessage(bytes, offset, packet.end - offset) || length !== HEADER + told) return NOT_MINE;
    packet.push(stun.id);
    // after TURN has been seen, its channels may follow
    if (flow !== null && flow.application === null && methodOf(u16(bytes, offset)) >= FIRST_TURN_METHOD) {
      flow.application = stun;
    }
    return END;
  },
  datagramLooksLike(packet: Packet): boolean {
    const { bytes, offset, end } = packet;
    return isMessage(bytes, offset, end - offset) && packet.reportedEnd - offset === HEADER + u16(bytes, offset + 2);
  },
  segment(packet: Packet, dissection: Dissection): boolean {
    while (packet.offset < packet.end) {
      const { bytes, offset, end } = packet;
      const left = end - offset;
      if (left < CHANNEL_HEADER) {
        packet.needed = NEED_SEGMENT;
        return true;
      }
      const framed = isFramed(bytes, offset, left) ? 2 : 0;
      const channel = framed === 0 && (bytes[offset]! & 0xc0) !== 0;
      const told = u16(bytes, offset + 2);
      const length = framed > 0 ? u16(bytes, offset) + 2 : channel ? (told + CHANNEL_HEADER + 3) & ~3 : told + HEADER;
      if (length > left && packet.canWait) {
        packet.needed = length - left;
        return true;
      }
      const stop = Math.min(end, offset + length);
      if (channel) {
        if (isChannelData(bytes, offset)) channelData(packet, dissection, offset, stop);
      } else if (isMessage(bytes, offset + framed, stop - offset - framed)) {
        packet.push(stun.id);
      }
      packet.end = end;
      packet.offset = stop;
    }
    return true;
  },
  segmentLooksLike(packet: Packet): boolean {
    const { bytes, offset, end } = packet;
    const left = end - offset;
    const framed = isFramed(bytes, offset, left) ? 2 : 0;
    return (
      isMessage(bytes, offset + framed, left - framed) && left >= HEADER + framed + u16(bytes, offset + framed + 2)
    );
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const end = packet.layerEnd[layer]!;
    const at = start + (isFramed(bytes, start, end - start) ? 2 : 0);
    if (end - at < CHANNEL_HEADER) return 'STUN';
    const type = u16(bytes, at);
    return (type & 0xc000) !== 0 ? 'ChannelData TURN Message' : nameOf(type);
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const end = packet.layerEnd[layer]!;
    const at = start + (isFramed(bytes, start, end - start) ? 2 : 0);
    if (end - at < HEADER) return;
    const type = u16(bytes, at);
    if ((type & 0xc000) !== 0) {
      out.field('Channel Number', `0x${type.toString(16)}`);
      return;
    }
    out.field('Message Type', `${hex(type, 4)} (${nameOf(type)})`);
    out.field('Message Length', u16(bytes, at + 2));
  },
});

export const classicstun = protocol({
  name: 'classicstun',
  title: 'CLASSIC-STUN',
  about: 'Simple Traversal of UDP Through NAT',
  datagram(packet: Packet): number {
    packet.push(classicstun.id);
    return END;
  },
  datagramLooksLike(packet: Packet): boolean {
    const { bytes, offset, end } = packet;
    if (end - offset < HEADER || i32(bytes, offset + COOKIE_AT) === COOKIE) return false;
    return end - offset === HEADER + u16(bytes, offset + 2) && CLASSIC_TYPES.has(u16(bytes, offset));
  },
  info: () => 'Message',
});

/** RFC 4571 puts two bytes of length before each message; the cookie tells. */
function isFramed(bytes: Uint8Array, offset: number, length: number): boolean {
  return length >= 10 && i32(bytes, offset + 2 + COOKIE_AT) === COOKIE;
}

function nameOf(type: number): string {
  const kind = ((type & 0x0010) >> 4) | ((type & 0x0100) >> 7);
  return `${METHODS[methodOf(type)] ?? 'Unknown'} ${CLASSES[kind]!}`;
}
