import { i32, i32le } from './bytes.ts';
import type { Dissector } from './dissector.ts';
import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import type { Packet } from './packet.ts';
import { END, protocol } from './protocol.ts';

// tcpdump.org/linktypes: an address family (4) in the byte order of the machine that captured, or of the network.
const HEADER = 4;
const AF_INET = 2;
/** AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, and macOS. */
const AF_INET6: ReadonlySet<number> = new Set([10, 24, 28, 30]);

export const nullLoopback = protocol({
  name: 'null',
  title: 'Null',
  about: 'Null/Loopback',
  linkTypes: [0, 108],
  dissect(packet: Packet, dissector: Dissector): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    const big = i32(bytes, offset);
    const family = (big & 0xffff0000) === 0 && big > 0 ? big : i32le(bytes, offset);
    packet.offset = offset + HEADER;
    if (family === AF_INET) return ip.id;
    if (AF_INET6.has(family)) return ipv6.id;
    // some systems put an Ethernet type there
    return family > 0x600 && family < 65_536 ? dissector.registry.etherTypes[family]! : END;
  },
});
