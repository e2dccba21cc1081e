import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { type FieldWriter, protocol } from '../protocol.ts';

// RFC 5905, 7.3: leap, version and mode (1), stratum (1), poll (1), precision (1) …
const MODES = [
  'reserved',
  'symmetric active',
  'symmetric passive',
  'client',
  'server',
  'broadcast',
  'control message',
  'private',
];

export const ntp = protocol({
  name: 'ntp',
  about: 'Network Time Protocol',
  udpPorts: [123],
  datagram(packet: Packet): number {
    if (packet.end === packet.offset) return NOT_MINE;
    packet.push(ntp.id);
    return packet.end - packet.offset < 4 ? packet.short() : END;
  },
  info(packet: Packet, layer: number): string {
    const first = packet.layerBytes[layer]![packet.layerStart[layer]!] ?? 0;
    return `NTP Version ${(first >> 3) & 7}, ${MODES[first & 7]}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < 4) return;
    out.field('Version', (bytes[start]! >> 3) & 7);
    out.field('Mode', MODES[bytes[start]! & 7]!);
    out.field('Stratum', bytes[start + 1]!);
  },
});
