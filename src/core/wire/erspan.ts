import { u16 } from './bytes.ts';
import { eth } from './eth.ts';
import type { Packet } from './packet.ts';
import { protocol } from './protocol.ts';

// draft-foschiano-erspan: type I has no header, and no sequence number in GRE. Version and VLAN (2), session (2), then
// index (4) in type II; in type III time (4), flags (4) and, when the last flag bit says so, a platform header (8).
const TYPE_2 = 8;
const TYPE_3 = 12;
const PLATFORM = 8;
const SEQUENCE = 0x10;
const TYPE_1_2 = 0x88be;

export const erspan = protocol({
  name: 'erspan',
  about: 'Encapsulated Remote Switch Packet ANalysis',
  dissect(packet: Packet): number {
    const { bytes, offset } = packet;
    if (isFirstType(packet, packet.layerCount - 1)) return eth.id;
    if (packet.end - offset < TYPE_2) return packet.short();
    let header = TYPE_2;
    if (bytes[offset]! >> 4 === 2) {
      if (packet.end - offset < TYPE_3) return packet.short();
      header = TYPE_3 + ((bytes[offset + 11]! & 1) !== 0 ? PLATFORM : 0);
    }
    if (packet.end - offset < header) return packet.short();
    packet.offset = offset + header;
    return eth.id;
  },
  info: (packet, layer) =>
    isFirstType(packet, layer)
      ? 'Type I'
      : `Session ${u16(packet.layerBytes[layer]!, packet.layerStart[layer]! + 2) & 0x3ff}`,
});

/** By the GRE header, which is the layer before. */
function isFirstType(packet: Packet, layer: number): boolean {
  const bytes = packet.layerBytes[layer - 1]!;
  const start = packet.layerStart[layer - 1]!;
  return (bytes[start]! & SEQUENCE) === 0 && u16(bytes, start + 2) === TYPE_1_2;
}
