import { formatIpv4 } from '../net/ip-address.ts';
import { i32 } from './bytes.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, protocol } from './protocol.ts';

// RFC 2236, 2: type (1), time (1), checksum (2), group (4).
const HEADER = 8;
/** The first version of PIM is a kind of IGMP message. */
const PIM_1 = 0x14;
const PIM = 103;
const TYPES: Readonly<Record<number, string>> = {
  17: 'Membership Query',
  18: 'Membership Report v1',
  22: 'Membership Report v2',
  23: 'Leave Group',
  34: 'Membership Report v3',
};

export const igmp = protocol({
  name: 'igmp',
  about: 'Internet Group Management Protocol',
  ipProtocols: [2],
  dissect(packet: Packet, dissection: Dissection): number {
    if (packet.end - packet.offset < HEADER) return packet.short();
    if (packet.bytes[packet.offset] !== PIM_1) return END;
    packet.layerCount--; // it is PIM instead
    return dissection.registry.ipProtocols[PIM]!;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const name = TYPES[bytes[start]!] ?? `Type 0x${(bytes[start] ?? 0).toString(16)}`;
    if (packet.layerEnd[layer]! - start < HEADER || bytes[start] === 0x22) return name;
    return `${name} ${formatIpv4(i32(bytes, start + 4))}`;
  },
});
