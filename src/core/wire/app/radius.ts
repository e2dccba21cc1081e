import { u16 } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';

// RFC 2865, 3: code (1), identifier (1), length (2), authenticator (16), attributes.
const HEADER = 20;
const CODES: Readonly<Record<number, string>> = {
  1: 'Access-Request',
  2: 'Access-Accept',
  3: 'Access-Reject',
  4: 'Accounting-Request',
  5: 'Accounting-Response',
  11: 'Access-Challenge',
  40: 'Disconnect-Request',
  43: 'CoA-Request',
};

export const radius = protocol({
  name: 'radius',
  about: 'RADIUS Protocol',
  udpPorts: [1645, 1646, 1700, 1812, 1813, 3799],
  datagram(packet: Packet): number {
    const { bytes, offset, end } = packet;
    if (end - offset < HEADER || u16(bytes, offset + 2) < HEADER) return NOT_MINE;
    packet.push(radius.id);
    return END;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    return `${CODES[bytes[start]!] ?? `Code ${bytes[start]}`} id=${bytes[start + 1]}`;
  },
});
