import { u16 } from '../bytes.ts';
import type { Packet } from '../packet.ts';
import { END, NOT_MINE, protocol } from '../protocol.ts';

// RFC 1035, 4.1.1.
const HEADER = 12;

export const dns = protocol({
  name: 'dns',
  about: 'Domain Name System',
  udpPorts: [53],
  tcpPorts: [53],
  datagram(packet: Packet): number {
    if (packet.end - packet.offset < HEADER) return NOT_MINE;
    packet.push(dns.id);
    packet.message(dns.id, packet.offset, packet.end);
    return END;
  },
  segment(packet: Packet): boolean {
    while (packet.offset < packet.end) {
      const { bytes, offset, end } = packet;
      if (end - offset < 2) {
        packet.wanted = 2 - (end - offset);
        return true;
      }
      const length = u16(bytes, offset);
      if (end - offset - 2 < length) {
        packet.wanted = length - (end - offset - 2);
        return true;
      }
      packet.push(dns.id);
      packet.message(dns.id, offset + 2, offset + 2 + length);
      packet.offset += 2 + length;
    }
    return true;
  },
});
