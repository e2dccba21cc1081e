import { u16 } from '../bytes.ts';
import { NEED_SEGMENT, type Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';

// RFC 4271, 4.1: marker of ones (16), length (2), type (1).
const HEADER = 19;
const MARKER = 16;
const TYPES = [
  '',
  'OPEN Message',
  'UPDATE Message',
  'NOTIFICATION Message',
  'KEEPALIVE Message',
  'ROUTE-REFRESH Message',
];
const MOST_MESSAGES = 256;

export const bgp = protocol({
  name: 'bgp',
  about: 'Border Gateway Protocol',
  tcpPorts: [179],
  segment(packet: Packet): boolean {
    const { bytes, end } = packet;
    const first = markerIn(bytes, packet.offset, end);
    if (first > packet.offset) packet.push(bgp.id); // a message that began before
    packet.offset = first;
    for (let count = 0; packet.offset < end && count < MOST_MESSAGES; count++) {
      const left = end - packet.offset;
      if (left < HEADER) {
        if (packet.canWait) packet.needed = NEED_SEGMENT;
        else packet.malformed = true;
        return true;
      }
      const length = u16(bytes, packet.offset + MARKER);
      if (length < HEADER) {
        packet.malformed = true;
        break;
      }
      if (length > left && packet.canWait) {
        packet.needed = length - left;
        return true;
      }
      packet.push(bgp.id);
      packet.offset += Math.min(length, left);
    }
    packet.offset = end;
    return true;
  },
  info: (packet, layer) =>
    TYPES[packet.layerBytes[layer]![packet.layerStart[layer]! + HEADER - 1] ?? 0] || 'Continuation',
});

/** Where the first marker begins, or what may be the start of one; `end` without any. */
function markerIn(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (let index = start; index < end && index - at < MARKER; index++) if (bytes[index] !== 0xff) at = index + 1;
  return at;
}
