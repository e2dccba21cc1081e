import { u32le } from './bytes.ts';
import type { Dissector } from './dissector.ts';
import type { Packet } from './packet.ts';
import { END, protocol } from './protocol.ts';

// Apple's bsd/net/pktap.h: header length (4), record type (4), link type (4), interface name (24), …, little-endian.
const SHORTEST = 108;

/** Captures of macOS on `pktap`: the frame of any interface behind a header that names it. */
export const pktap = protocol({
  name: 'pktap',
  about: 'PKTAP packet header',
  linkTypes: [149, 258],
  dissect(packet: Packet, dissector: Dissector): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < SHORTEST) return packet.short();
    const length = u32le(bytes, offset);
    if (length < SHORTEST || length > packet.end - offset) return packet.broken();
    packet.offset = offset + length;
    return dissector.registry.linkTypes.get(u32le(bytes, offset + 8)) ?? END;
  },
});
