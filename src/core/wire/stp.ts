import { u16 } from './bytes.ts';
import { formatMac } from './mac-address.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type FieldWriter, protocol } from './protocol.ts';

// IEEE 802.1D, 9.3.1: protocol (2), version (1), type (1); flags (1), root (8), cost (4), bridge (8), port (2), times.
const SHORTEST = 4;
const CONFIGURATION = 35;
const TOPOLOGY_CHANGE = 0x80;

export const stp = protocol({
  name: 'stp',
  about: 'Spanning Tree Protocol',
  llcSaps: [0x42],
  dissect: (packet: Packet) => (packet.end - packet.offset < SHORTEST ? packet.short() : END),
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const type = bytes[start + 3];
    if (type === TOPOLOGY_CHANGE) return 'Topology Change Notification';
    if (packet.layerEnd[layer]! - start < CONFIGURATION) return 'BPDU';
    const kind = type === 2 ? (bytes[start + 2]! >= 3 ? 'MST.' : 'RST.') : 'Conf.';
    return `${kind} Root = ${bridge(bytes, start + 5)}  Cost = ${u16(bytes, start + 15)}  Port = 0x${u16(bytes, start + 25).toString(16)}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < CONFIGURATION) return;
    out.field('Root Identifier', bridge(bytes, start + 5));
    out.field('Bridge Identifier', bridge(bytes, start + 17));
    out.field('Port identifier', `0x${u16(bytes, start + 25).toString(16)}`);
  },
});

function bridge(bytes: Uint8Array, at: number): string {
  const priority = u16(bytes, at);
  return `${priority & 0xf000}/${priority & 0xfff}/${formatMac(bytes, at + 2)}`;
}
