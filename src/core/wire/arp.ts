import { formatIpv4 } from '../net/ip-address.ts';
import { i32, u16 } from './bytes.ts';
import { formatMac } from './mac-address.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type FieldWriter, protocol } from './protocol.ts';

// RFC 826: hardware and protocol type (2, 2), their lengths (1, 1), operation (2), then sender and target of each kind.
const FIXED = 8;
const ETHERNET_IPV4 = 28;
const OPERATIONS: Readonly<Record<number, string>> = {
  1: 'request',
  2: 'reply',
  3: 'reverse request',
  4: 'reverse reply',
  8: 'inverse request',
  9: 'inverse reply',
};

export const arp = protocol({
  name: 'arp',
  about: 'Address Resolution Protocol',
  etherTypes: [0x0806, 0x8035],
  dissect(packet: Packet): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < FIXED) return packet.short();
    const size = FIXED + 2 * (bytes[offset + 4]! + bytes[offset + 5]!);
    if (packet.end - offset < size) return packet.short();
    packet.offset = offset + size;
    return END;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (!isEthernetIpv4(packet, layer)) return OPERATIONS[u16(bytes, start + 6)] ?? 'ARP';
    const operation = u16(bytes, start + 6);
    const sender = formatIpv4(i32(bytes, start + 14));
    const target = formatIpv4(i32(bytes, start + 24));
    if (operation === 1 && sender === target) return `ARP Announcement for ${sender}`;
    if (operation === 1 && sender === '0.0.0.0') return `Who has ${target}? (ARP Probe)`;
    if (operation === 1) return `Who has ${target}? Tell ${sender}`;
    if (operation === 2) return `${sender} is at ${formatMac(bytes, start + 8)}`;
    return OPERATIONS[operation] ?? `operation ${operation}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (!isEthernetIpv4(packet, layer)) return;
    out.field('Opcode', `${OPERATIONS[u16(bytes, start + 6)] ?? 'unknown'} (${u16(bytes, start + 6)})`);
    out.field('Sender MAC address', formatMac(bytes, start + 8));
    out.field('Sender IP address', formatIpv4(i32(bytes, start + 14)));
    out.field('Target MAC address', formatMac(bytes, start + 18));
    out.field('Target IP address', formatIpv4(i32(bytes, start + 24)));
  },
});

function isEthernetIpv4(packet: Packet, layer: number): boolean {
  const bytes = packet.layerBytes[layer]!;
  const start = packet.layerStart[layer]!;
  return packet.layerEnd[layer]! - start >= ETHERNET_IPV4 && bytes[start + 4] === 6 && bytes[start + 5] === 4;
}
