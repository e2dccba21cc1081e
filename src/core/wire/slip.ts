import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import type { Packet } from './packet.ts';
import { protocol } from './protocol.ts';

// tcpdump.org/linktypes/LINKTYPE_SLIP: direction (1), then the header as it was compressed (15); the packet is not. BSD/OS has
// a header of 24 bytes.
const SLIP_BSDOS = 102;
const HEADER = 16;
const HEADER_BSDOS = 24;
const SENT = 1;

export const slip = protocol({
  name: 'slip',
  about: 'Serial Line Internet Protocol',
  linkTypes: [8, SLIP_BSDOS],
  dissect(packet: Packet): number {
    const header = packet.linkType === SLIP_BSDOS ? HEADER_BSDOS : HEADER;
    if (packet.end - packet.offset <= header) return packet.short();
    packet.offset += header;
    const version = packet.bytes[packet.offset]! >> 4;
    return version === 4 ? ip.id : version === 6 ? ipv6.id : packet.broken();
  },
  info: (packet, layer) => (packet.layerBytes[layer]![packet.layerStart[layer]!] === SENT ? 'Sent' : 'Received'),
});
