import { u24 } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';

// RFC 8415, 8: type (1), transaction (3); 9: relay messages have other fields.
const HEADER = 4;
const TYPES = [
  '',
  'Solicit',
  'Advertise',
  'Request',
  'Confirm',
  'Renew',
  'Rebind',
  'Reply',
  'Release',
  'Decline',
  'Reconfigure',
  'Information-request',
  'Relay-forw',
  'Relay-reply',
];

export const dhcpv6 = protocol({
  name: 'dhcpv6',
  title: 'DHCPv6',
  about: 'DHCPv6',
  udpPorts: [546, 547],
  datagram(packet: Packet): number {
    if (packet.end === packet.offset) return NOT_MINE;
    packet.push(dhcpv6.id);
    return packet.end - packet.offset < HEADER ? packet.short() : END;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    return `${TYPES[bytes[start]!] || 'Unknown'} XID: 0x${u24(bytes, start + 1).toString(16)}`;
  },
});
