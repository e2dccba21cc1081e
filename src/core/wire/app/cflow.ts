import { u16 } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';

// Cisco NetFlow versions 1, 5, 7, 8 and 9 (RFC 3954), and IPFIX, which is 10 (RFC 7011): version (2), count or length (2).
const VERSIONS: ReadonlySet<number> = new Set([1, 5, 7, 8, 9, 10]);

export const cflow = protocol({
  name: 'cflow',
  title: 'CFLOW',
  about: 'Cisco NetFlow/IPFIX',
  udpPorts: [2055, 4739, 9995, 9996],
  datagram(packet: Packet): number {
    if (packet.end - packet.offset < 4 || !VERSIONS.has(u16(packet.bytes, packet.offset))) return NOT_MINE;
    packet.push(cflow.id);
    return END;
  },
  info(packet: Packet, layer: number): string {
    const version = u16(packet.layerBytes[layer]!, packet.layerStart[layer]!);
    return version === 10 ? 'IPFIX' : `NetFlow v${version}`;
  },
});
