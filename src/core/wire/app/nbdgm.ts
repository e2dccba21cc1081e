import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';
import { formatNetbiosName } from './netbios-name.ts';
import { isSmb, smb } from './smb.ts';

// RFC 1002, 4.4.1: type (1), flags (1), id (2), source address (4) and port (2), then length (2), offset (2) and names.
const HEADER = 14;
const FIRST_DATA = 0x10;
const LAST_DATA = 0x12;
const MOST_LABELS = 16;

/** Datagrams between NetBIOS names; browsers announce themselves in SMB inside them. */
export const nbdgm = protocol({
  name: 'nbdgm',
  title: 'NBDS',
  about: 'NetBIOS Datagram Service',
  udpPorts: [138],
  datagram(packet: Packet): number {
    const { bytes, offset, end } = packet;
    if (end === offset) return NOT_MINE;
    packet.push(nbdgm.id);
    if (end - offset < HEADER) return packet.short();
    if (bytes[offset]! < FIRST_DATA || bytes[offset]! > LAST_DATA) return END;
    const data = afterName(bytes, afterName(bytes, offset + HEADER, end), end);
    packet.offset = data;
    if (isSmb(bytes, data, end)) packet.push(smb.id);
    return END;
  },
  info: (packet, layer) =>
    `Datagram from ${formatNetbiosName(packet.layerBytes[layer]!, packet.layerStart[layer]! + HEADER, packet.layerEnd[layer]!)}`,
});

function afterName(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset;
  for (let labels = 0; at < end && labels < MOST_LABELS; labels++) {
    if (bytes[at] === 0) return at + 1;
    if (bytes[at]! >= 0xc0) return at + 2;
    at += bytes[at]! + 1;
  }
  return end;
}
