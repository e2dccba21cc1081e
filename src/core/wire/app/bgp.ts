import { u16 } from '../bytes.ts';
import type { Packet } from '../packet.ts';
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
    let pushed = false;
    for (let count = 0; packet.offset < end && count < MOST_MESSAGES; count++) {
      const left = end - packet.offset;
      if (left >= MARKER && !isMarker(bytes, packet.offset)) break;
      const length = left >= HEADER ? u16(bytes, packet.offset + MARKER) : HEADER;
      if (length < HEADER) break;
      if (length > left && packet.canWait) {
        packet.wanted = length - left;
        return true;
      }
      packet.push(bgp.id);
      pushed = true;
      packet.offset += Math.min(length, left);
    }
    if (!pushed) packet.push(bgp.id);
    packet.offset = end;
    return true;
  },
  info: (packet, layer) =>
    TYPES[packet.layerBytes[layer]![packet.layerStart[layer]! + HEADER - 1] ?? 0] || 'Continuation',
});

function isMarker(bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < MARKER; index++) if (bytes[at + index] !== 0xff) return false;
  return true;
}
