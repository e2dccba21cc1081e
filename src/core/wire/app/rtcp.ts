import { u16 } from '../bytes.ts';
import type { Packet } from '../packet.ts';
import { END, NOT_MINE, protocol } from '../protocol.ts';

// RFC 3550, 6.4: version, padding, count (1), type (1), length in words less one (2).
const HEADER = 4;
const FIRST_TYPE = 200;
const LAST_TYPE = 207;
const MOST_PACKETS = 32;
const NAMES = [
  'Sender Report',
  'Receiver Report',
  'Source description',
  'Goodbye',
  'Application specific',
  'Generic RTP Feedback',
  'Payload-specific Feedback',
  'Extended report (RFC 3611)',
];

export const rtcp = protocol({
  name: 'rtcp',
  about: 'Real-time Transport Control Protocol',
  datagram(packet: Packet): number {
    const { bytes, end } = packet;
    if (!isPacket(bytes, packet.offset, end)) return NOT_MINE;
    for (let count = 0; isPacket(bytes, packet.offset, end) && count < MOST_PACKETS; count++) {
      packet.push(rtcp.id);
      packet.offset += (u16(bytes, packet.offset + 2) + 1) << 2;
    }
    return END;
  },
  datagramLooksLike({ bytes, offset, end, srcPort, dstPort }: Packet): boolean {
    const length = end - offset;
    return isPacket(bytes, offset, end) && (length & 3) === 0 && length >= 8 && ((srcPort | dstPort) & 1) === 1;
  },
  info: (packet, layer) => NAMES[packet.layerBytes[layer]![packet.layerStart[layer]! + 1]! - FIRST_TYPE] ?? 'RTCP',
});

function isPacket(bytes: Uint8Array, at: number, end: number): boolean {
  return end - at >= HEADER && bytes[at]! >> 6 === 2 && bytes[at + 1]! >= FIRST_TYPE && bytes[at + 1]! <= LAST_TYPE;
}
