import { arp } from './arp.ts';
import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type FieldWriter, protocol } from './protocol.ts';

// tcpdump.org/linktypes: source (1), destination (1), with Linux two bytes of offset, then the protocol (1) (RFC 1051);
// RFC 1201 adds a split flag (1) and a sequence number (2), and a flag of 255 takes four bytes, then the real one.
const BSD = 7;
const EXCEPTION = 0xff;
const IP_1051 = 0xf0;
const ARP_1051 = 0xf1;
const IP_1201 = 0xd4;
const ARP_1201 = 0xd5;
const IPV6_1201 = 0xc4;

export const arcnet = protocol({
  name: 'arcnet',
  about: 'ARCNET',
  linkTypes: [7, 129],
  dissect(packet: Packet): number {
    const { bytes, offset, end } = packet;
    let at = offset + (packet.linkType === BSD ? 2 : 4);
    if (at >= end) return packet.short();
    const type = bytes[at]!;
    at++;
    packet.offset = at;
    if (type === IP_1051) return ip.id;
    if (type === ARP_1051) return arp.id;
    const next = type === IP_1201 ? ip.id : type === ARP_1201 ? arp.id : type === IPV6_1201 ? ipv6.id : END;
    if (next === END) return END;
    if (at < end && bytes[at] === EXCEPTION) at += 4;
    if (at + 3 > end) return packet.short();
    packet.offset = at + 3;
    return bytes[at] === 0 ? next : END; // else a fragment
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < 2) return;
    out.field('Source', bytes[start]!);
    out.field('Destination', bytes[start + 1]!);
  },
});
