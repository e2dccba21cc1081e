import { formatIpv4 } from '../net/ip-address.ts';
import { i32, u16 } from './bytes.ts';
import { INCOMPLETE } from './fragments.ts';
import { hex } from './hex.ts';
import { ipv6 } from './ipv6.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// RFC 791, 3.1.
const MINIMUM = 20;
const TOTAL_LENGTH = 2;
const IDENTIFICATION = 4;
const FRAGMENT = 6;
const TTL = 8;
const PROTOCOL = 9;
const SOURCE = 12;
const DESTINATION = 16;
const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET = 0x1fff;
const NAMES: Readonly<Record<number, string>> = { 1: 'ICMP ', 6: 'TCP ', 17: 'UDP ' };

export const ip = protocol({
  name: 'ip',
  title: 'IPv4',
  about: 'Internet Protocol Version 4',
  linkTypes: [228],
  etherTypes: [0x0800],
  ipProtocols: [4],
  pppProtocols: [0x21],
  llcSaps: [0x06],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < MINIMUM) return packet.short();
    if (bytes[offset]! >> 4 === 6) return ipv6.id; // under the type of IPv4: its version counts
    const header = (bytes[offset]! & 15) << 2;
    if (bytes[offset]! >> 4 !== 4 || header < MINIMUM) return packet.broken();
    const total = u16(bytes, offset + TOTAL_LENGTH);
    if (total >= header) packet.endAfter(total);
    else if (total !== 0) return packet.broken(); // 0: segmentation left to the network card
    if (!packet.quoted) takeIpv4Addresses(packet, bytes, offset);
    if (packet.end - offset < header) return packet.short();
    packet.offset = offset + header;
    const fragment = u16(bytes, offset + FRAGMENT);
    if ((fragment & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) !== 0) {
      if (packet.quoted || packet.end - offset < total) {
        if ((fragment & FRAGMENT_OFFSET) !== 0) return END; // the first one, cut, is all there will be
      } else {
        const key = `4 ${i32(bytes, offset + SOURCE)} ${i32(bytes, offset + DESTINATION)} ${u16(bytes, offset + IDENTIFICATION)} ${bytes[offset + PROTOCOL]!}`;
        const more = (fragment & MORE_FRAGMENTS) !== 0;
        const proto = bytes[offset + PROTOCOL]!;
        const at = (fragment & FRAGMENT_OFFSET) << 3;
        if (dissection.fragments.add(packet, key, at, more, proto) === INCOMPLETE) return END;
      }
    }
    return dissection.registry.ipProtocols[bytes[offset + PROTOCOL]!]!;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (bytes[start]! >> 4 !== 4) return `IP version ${bytes[start]! >> 4}`;
    const fragment = u16(bytes, start + FRAGMENT);
    const proto = bytes[start + PROTOCOL] ?? 0;
    if ((fragment & (MORE_FRAGMENTS | FRAGMENT_OFFSET)) === 0) return `IP protocol ${proto}`;
    const id = u16(bytes, start + IDENTIFICATION)
      .toString(16)
      .padStart(4, '0');
    return `Fragmented IP protocol (proto=${NAMES[proto] ?? ''}${proto}, off=${(fragment & FRAGMENT_OFFSET) << 3}, ID=${id})`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < MINIMUM || bytes[start]! >> 4 !== 4) return;
    const fragment = u16(bytes, start + FRAGMENT);
    out.field('Header Length', (bytes[start]! & 15) << 2);
    out.field('Differentiated Services', hex(bytes[start + 1]!, 2));
    out.field('Total Length', u16(bytes, start + TOTAL_LENGTH));
    out.field('Identification', hex(u16(bytes, start + IDENTIFICATION), 4));
    out.field("Don't fragment", (fragment & 0x4000) !== 0);
    out.field('More fragments', (fragment & MORE_FRAGMENTS) !== 0);
    out.field('Fragment Offset', (fragment & FRAGMENT_OFFSET) << 3);
    out.field('Time to Live', bytes[start + TTL]!);
    out.field('Protocol', bytes[start + PROTOCOL]!);
    out.field('Source Address', formatIpv4(i32(bytes, start + SOURCE)));
    out.field('Destination Address', formatIpv4(i32(bytes, start + DESTINATION)));
  },
});

/** Takes the addresses of the header at `offset`, which has at least its first five words. */
export function takeIpv4Addresses(packet: Packet, bytes: Uint8Array, offset: number): void {
  packet.ipVersion = 4;
  packet.src0 = i32(bytes, offset + SOURCE);
  packet.dst0 = i32(bytes, offset + DESTINATION);
  packet.src1 = packet.src2 = packet.src3 = packet.dst1 = packet.dst2 = packet.dst3 = 0;
}
