import { latin1 } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';

// RFC 3164, 4.1; RFC 5424, 6: a priority in angle brackets, then text.
const LONGEST_TEXT = 256;

export const syslog = protocol({
  name: 'syslog',
  title: 'Syslog',
  about: 'Syslog message',
  udpPorts: [514],
  datagram(packet: Packet): number {
    if (packet.end === packet.offset) return NOT_MINE;
    packet.push(syslog.id);
    return END;
  },
  info(packet: Packet, layer: number): string {
    const start = packet.layerStart[layer]!;
    return latin1(packet.layerBytes[layer]!, start, Math.min(packet.layerEnd[layer]!, start + LONGEST_TEXT));
  },
});
