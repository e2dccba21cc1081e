import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { protocol } from './protocol.ts';

// IEEE 802.1X, 11.3: version (1), type (1), length (2).
const HEADER = 4;
const TYPES = ['EAP Packet', 'Start', 'Logoff', 'Key', 'Encapsulated ASF Alert'];

export const eapol = protocol({
  name: 'eapol',
  about: '802.1X Authentication',
  etherTypes: [0x888e],
  dissect: (packet: Packet) => (packet.end - packet.offset < HEADER ? packet.short() : END),
  info: (packet, layer) => TYPES[packet.layerBytes[layer]![packet.layerStart[layer]! + 1]!] ?? 'Unknown',
});
