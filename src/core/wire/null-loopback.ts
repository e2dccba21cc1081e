import { i32, i32le } from './bytes.ts';
import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, protocol } from './protocol.ts';

// tcpdump.org/linktypes: an address family (4) in the byte order of the machine that captured, or of the network.
const HEADER = 4;
const AF_INET = 2;
/** Families in two bytes behind two of zero are below this; what is more is taken for a number in network order. */
const LAST_SHORT_FAMILY = 6;
/** AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, and macOS. */
const AF_INET6: ReadonlySet<number> = new Set([10, 24, 28, 30]);

export const nullLoopback = protocol({
  name: 'null',
  title: 'Null',
  about: 'Null/Loopback',
  linkTypes: [0, 108],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    const family = familyAt(bytes, offset);
    packet.offset = offset + HEADER;
    if (family === AF_INET) return ip.id;
    if (AF_INET6.has(family)) return ipv6.id;
    // some systems put an Ethernet type there
    return family > 0x600 ? dissection.registry.etherTypes[family & 0xffff]! : END;
  },
});

/** The number in either byte order, or in 16 bits of which two bytes of zero come first or last. */
function familyAt(bytes: Uint8Array, offset: number): number {
  const little = i32le(bytes, offset);
  if ((little & 0xffff0000) === 0) return little;
  return little >>> 16 < LAST_SHORT_FAMILY ? little >>> 16 : i32(bytes, offset);
}
