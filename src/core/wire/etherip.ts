import { eth } from './eth.ts';
import type { Packet } from './packet.ts';
import { protocol } from './protocol.ts';

// RFC 3378, 3: version and reserved (2). Some implementations write the version elsewhere, so it is not looked at.
const HEADER = 2;

export const etherip = protocol({
  name: 'etherip',
  title: 'EtherIP',
  about: 'Ethernet over IP',
  ipProtocols: [97],
  dissect(packet: Packet): number {
    if (packet.end - packet.offset < HEADER) return packet.short();
    packet.offset += HEADER;
    return eth.id;
  },
  info: () => 'Ethernet over IP',
});
