import { u32le } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';

// wireguard.com/protocol: type (1), three zero bytes, and a length that follows from the type.
const LENGTHS = [0, 148, 92, 64];
const DATA = 4;
const SHORTEST_DATA = 32;
const NAMES = ['', 'Handshake Initiation', 'Handshake Response', 'Cookie Reply', 'Transport Data'];

export const wg = protocol({
  name: 'wg',
  title: 'WireGuard',
  about: 'WireGuard Protocol',
  udpPorts: [51_820],
  datagram(packet: Packet): number {
    if (!looksLikeWireGuard(packet)) return NOT_MINE;
    packet.push(wg.id);
    return END;
  },
  datagramLooksLike: looksLikeWireGuard,
  info: (packet, layer) => NAMES[packet.layerBytes[layer]![packet.layerStart[layer]!]!] ?? 'WireGuard',
});

function looksLikeWireGuard(packet: Packet): boolean {
  const { bytes, offset } = packet;
  const length = packet.end - offset;
  if (length < SHORTEST_DATA) return false;
  const type = u32le(bytes, offset); // the reserved bytes are zero
  if (type === 0 || type > DATA) return false;
  return type === DATA || length === LENGTHS[type];
}
