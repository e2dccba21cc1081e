import type { Packet } from '../packet.ts';
import { END, NOT_MINE, protocol } from '../protocol.ts';

// openvpn.net, network protocol: opcode (5 bits) and key (3), session (8) …

export const openvpn = protocol({
  name: 'openvpn',
  title: 'OpenVPN',
  about: 'OpenVPN Protocol',
  udpPorts: [1194],
  datagram(packet: Packet): number {
    if (packet.end === packet.offset) return NOT_MINE;
    packet.push(openvpn.id);
    return END;
  },
  info: (packet, layer) => `MessageType: ${packet.layerBytes[layer]![packet.layerStart[layer]!]! >> 3}`,
});
