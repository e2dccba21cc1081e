import { u16, u32 } from '../bytes.ts';
import type { Packet } from '../packet.ts';
import { END, type FieldWriter, NOT_MINE, protocol } from '../protocol.ts';

// RFC 8489, 5: type (2), length (2), cookie (4), transaction (12); RFC 8656, 12.4: channel data: channel (2), length (2).
const HEADER = 20;
const COOKIE = 0x2112a442;
const CHANNEL_HEADER = 4;
const FIRST_CHANNEL = 0x4000;
const LAST_CHANNEL = 0x4fff;
// RFC 4571: over TCP a length (2) may stand before each message.
const FRAMING = 2;
const MOST_MESSAGES = 256;
const METHODS: Readonly<Record<number, string>> = {
  1: 'Binding',
  3: 'Allocate',
  4: 'Refresh',
  6: 'Send',
  7: 'Data',
  8: 'CreatePermission',
  9: 'Channel-Bind',
};
const CLASSES = ['Request', 'Indication', 'Success Response', 'Error Response'];

export const stun = protocol({
  name: 'stun',
  about: 'Session Traversal Utilities for NAT',
  udpPorts: [3478],
  tcpPorts: [3478],
  datagram(packet: Packet): number {
    const { bytes, offset, end, flow } = packet;
    const isChannel = flow?.application === stun && isChannelData(bytes, offset, end);
    if (!isChannel && messageLength(bytes, offset, end) < 0) return NOT_MINE;
    if (flow !== null && flow.application === null) flow.application = stun;
    packet.push(stun.id);
    return END;
  },
  datagramLooksLike: ({ bytes, offset, end }) => messageLength(bytes, offset, end) > 0,
  segment(packet: Packet): boolean {
    const { bytes, end } = packet;
    let pushed = false;
    for (let count = 0; packet.offset < end && count < MOST_MESSAGES; count++) {
      const start = packet.offset;
      const framed = hasCookie(bytes, start + FRAMING, end) ? FRAMING : 0;
      const message = start + framed;
      let length = HEADER + u16(bytes, message + 2);
      if (end - message < HEADER || !hasCookie(bytes, message, end)) {
        if (!pushed || !isChannelHeader(bytes, start, end)) break;
        length = CHANNEL_HEADER + ((u16(bytes, start + 2) + 3) & ~3);
      }
      if (length > end - message && packet.canWait) {
        packet.wanted = length - (end - message);
        return true;
      }
      packet.offset = message;
      packet.push(stun.id);
      pushed = true;
      packet.offset = message + length;
    }
    if (pushed) packet.offset = end;
    return pushed;
  },
  segmentLooksLike(packet: Packet): boolean {
    const { bytes, offset, end } = packet;
    if (messageLength(bytes, offset, end) < 0 && messageLength(bytes, offset + FRAMING, end) < 0) return false;
    packet.flow!.application = stun;
    return true;
  },
  info(packet: Packet, layer: number): string {
    const type = u16(packet.layerBytes[layer]!, packet.layerStart[layer]!);
    return type >= FIRST_CHANNEL ? 'ChannelData TURN Message' : nameOf(type);
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Message Type', nameOf(u16(bytes, start)));
    out.field('Message Length', u16(bytes, start + 2));
  },
});

/** The method's and the class's bits are interleaved (RFC 8489, 5). */
function nameOf(type: number): string {
  const method = (type & 0x0f) | ((type >> 1) & 0x70) | ((type >> 2) & 0xf80);
  const kind = ((type >> 4) & 1) | ((type >> 7) & 2);
  return `${METHODS[method] ?? `Method ${method}`} ${CLASSES[kind]}`;
}

function hasCookie(bytes: Uint8Array, at: number, end: number): boolean {
  return end - at >= 8 && bytes[at]! < 0x40 && u32(bytes, at + 4) === COOKIE;
}

/** Length of the whole message at `at`, which fills what there is; -1 when there is none. */
function messageLength(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < HEADER || !hasCookie(bytes, at, end)) return -1;
  const length = u16(bytes, at + 2);
  return (length & 3) === 0 && HEADER + length <= end - at ? HEADER + length : -1;
}

function isChannelHeader(bytes: Uint8Array, at: number, end: number): boolean {
  const channel = end - at >= CHANNEL_HEADER ? u16(bytes, at) : 0;
  return channel >= FIRST_CHANNEL && channel <= LAST_CHANNEL;
}

function isChannelData(bytes: Uint8Array, at: number, end: number): boolean {
  return isChannelHeader(bytes, at, end) && CHANNEL_HEADER + u16(bytes, at + 2) <= end - at;
}
