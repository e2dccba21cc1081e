import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';

// RFC 2453, 3.6: command (1), version (1), zero (2), entries.
const COMMANDS = ['', 'Request', 'Response'];

export const rip = protocol({
  name: 'rip',
  about: 'Routing Information Protocol',
  udpPorts: [520],
  datagram(packet: Packet): number {
    if (packet.end - packet.offset < 4) return NOT_MINE;
    packet.push(rip.id);
    return END;
  },
  info: (packet, layer) => COMMANDS[packet.layerBytes[layer]![packet.layerStart[layer]!]!] || 'RIP',
});
