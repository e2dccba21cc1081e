import { u16 } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';
import { formatNetbiosName } from './netbios-name.ts';

// RFC 1002, 4.2.1: the header of DNS.
const HEADER = 12;
const OPCODES: Readonly<Record<number, string>> = {
  0: 'Name query',
  5: 'Registration',
  6: 'Release',
  7: 'WACK',
  8: 'Refresh',
  9: 'Refresh',
  15: 'Multi-homed registration',
};

export const nbns = protocol({
  name: 'nbns',
  about: 'NetBIOS Name Service',
  udpPorts: [137],
  datagram(packet: Packet): number {
    if (packet.end === packet.offset) return NOT_MINE;
    packet.push(nbns.id);
    return packet.end - packet.offset < HEADER ? packet.short() : END;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const flags = u16(bytes, start + 2);
    const kind = OPCODES[(flags >> 11) & 15] ?? 'NBNS';
    const name = formatNetbiosName(bytes, start + HEADER, packet.layerEnd[layer]!);
    return `${kind}${(flags & 0x8000) !== 0 ? ' response' : ''} ${name}`;
  },
});
