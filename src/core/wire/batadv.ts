import { eth } from './eth.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type FieldWriter, protocol } from './protocol.ts';

// Linux, include/uapi/linux/batadv_packet.h: type (1), version (1), then what the type says. Types of version 15 differ from
// those before it; the headers of those that carry a frame are as long in both.
const SHORTEST = 2;
const VERSION_15 = 15;
const UNICAST = 10;
const UNICAST_4ADDR = 18;
const BROADCAST = 14;
const TYPES: Readonly<Record<number, string>> = {
  0: 'Originator message',
  1: 'Broadcast',
  2: 'Coded packets',
  3: 'Echo location',
  4: 'Originator message 2',
  5: 'Multicast',
  64: 'Unicast',
  65: 'Unicast fragment',
  66: 'Unicast with source',
  67: 'ICMP',
  68: 'Unicast TVLV',
};
const TYPES_14: Readonly<Record<number, string>> = {
  1: 'Originator message',
  2: 'ICMP',
  3: 'Unicast',
  4: 'Broadcast',
  5: 'Visualisation',
  6: 'Unicast fragment',
  7: 'Translation table query',
  8: 'Roaming advertisement',
  9: 'Unicast with source',
};

export const batadv = protocol({
  name: 'batadv',
  title: 'BATADV',
  about: 'B.A.T.M.A.N. Advanced Protocol',
  etherTypes: [0x4305],
  dissect(packet: Packet): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < SHORTEST) return packet.short();
    const header = headerOf(bytes[offset]!, bytes[offset + 1]!);
    if (header === 0) return END;
    if (packet.end - offset < header) return packet.short();
    packet.offset = offset + header;
    return eth.id;
  },
  info: (packet, layer) => typeOf(packet, layer),
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    if (packet.layerEnd[layer]! - packet.layerStart[layer]! < SHORTEST) return;
    out.field('Packet type', typeOf(packet, layer));
    out.field('Version', packet.layerBytes[layer]![packet.layerStart[layer]! + 1]!);
  },
});

/** What stands before the Ethernet frame; 0 for types that carry none, or a part of one. */
function headerOf(type: number, version: number): number {
  if (version >= VERSION_15) return type === 64 ? UNICAST : type === 66 ? UNICAST_4ADDR : type === 1 ? BROADCAST : 0;
  return type === 3 ? UNICAST : type === 9 ? UNICAST_4ADDR : type === 4 ? BROADCAST : 0;
}

function typeOf(packet: Packet, layer: number): string {
  const bytes = packet.layerBytes[layer]!;
  const start = packet.layerStart[layer]!;
  const types = bytes[start + 1]! >= VERSION_15 ? TYPES : TYPES_14;
  return types[bytes[start]!] ?? `Type ${bytes[start]}`;
}
