import { u16 } from './bytes.ts';
import { END, NOT_MINE } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// Wireshark's packet-tzsp: version (1), type (1), encapsulation (2), then tags up to that of the end.
const HEADER = 4;
const VERSION = 1;
const KEEP_ALIVE = 4;
const PORT_OPENER = 5;
const PADDING = 0; // this tag and the next are a byte, the others have a length
const LAST = 1;
/** LINKTYPE_ numbers of the encapsulations, which has numbers of its own. */
const LINKS: ReadonlyMap<number, number> = new Map([
  [1, 1],
  [18, 105],
  [119, 119],
  [127, 163],
]);
const TYPES = ['Received packet', 'Packet for transmit', 'Reserved', 'Configuration', 'Keepalive', 'Port opener'];

/** What a sniffer elsewhere sends on. */
export const tzsp = protocol({
  name: 'tzsp',
  about: 'Tazmen Sniffer Protocol',
  udpPorts: [37_008],
  isTunnel: true,
  datagram(packet: Packet, dissection: Dissection): number {
    const { bytes, offset, end } = packet;
    if (end - offset < HEADER || bytes[offset] !== VERSION || bytes[offset + 1]! >= TYPES.length) return NOT_MINE;
    packet.push(tzsp.id);
    const type = bytes[offset + 1];
    if (type === KEEP_ALIVE || type === PORT_OPENER) return END;
    let at = offset + HEADER;
    while (at < end && bytes[at] !== LAST) at += bytes[at] === PADDING ? 1 : at + 1 < end ? 2 + bytes[at + 1]! : 2;
    if (at >= end) return packet.short();
    packet.offset = at + 1;
    if (packet.offset === end) return END;
    const link = LINKS.get(u16(bytes, offset + 2));
    return link === undefined ? END : (dissection.registry.linkTypes.get(link) ?? END);
  },
  info: (packet, layer) => typeOf(packet, layer),
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    out.field('Type', typeOf(packet, layer));
    out.field('Encapsulation', u16(packet.layerBytes[layer]!, packet.layerStart[layer]! + 2));
  },
});

function typeOf(packet: Packet, layer: number): string {
  return TYPES[packet.layerBytes[layer]![packet.layerStart[layer]! + 1]!] ?? 'unknown';
}
