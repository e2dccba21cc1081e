import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import type { Packet } from './packet.ts';
import { protocol } from './protocol.ts';

/** A frame that begins with its IP header: the version is all there is to tell it by. */
export const raw = protocol({
  name: 'raw',
  title: 'Raw',
  about: 'Raw packet data',
  linkTypes: [12, 14, 101],
  dissect(packet: Packet): number {
    if (packet.end === packet.offset) return packet.short();
    const version = packet.bytes[packet.offset]! >> 4;
    if (version === 4) return ip.id;
    return version === 6 ? ipv6.id : packet.broken();
  },
});
