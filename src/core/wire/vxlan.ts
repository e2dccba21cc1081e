import { u24 } from './bytes.ts';
import { eth } from './eth.ts';
import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import { nsh } from './nsh.ts';
import { END, NOT_MINE } from './outcome.ts';
import type { Packet } from './packet.ts';
import { protocol } from './protocol.ts';

// RFC 7348, 5: flags (1), reserved (3), network (3), reserved (1). draft-ietf-nvo3-vxlan-gpe: the fourth byte names what
// follows.
const HEADER = 8;
const GPE_PORT = 4790;

export const vxlan = protocol({
  name: 'vxlan',
  title: 'VXLAN',
  about: 'Virtual eXtensible Local Area Network',
  udpPorts: [4789, 4790],
  isTunnel: true,
  datagram(packet: Packet): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return NOT_MINE;
    packet.push(vxlan.id);
    packet.offset = offset + HEADER;
    if (packet.dstPort !== GPE_PORT && packet.srcPort !== GPE_PORT) return eth.id;
    const next = bytes[offset + 3];
    return next === 1 ? ip.id : next === 2 ? ipv6.id : next === 3 ? eth.id : next === 4 ? nsh.id : END;
  },
  info: (packet, layer) => `VNI ${u24(packet.layerBytes[layer]!, packet.layerStart[layer]! + 4)}`,
});
