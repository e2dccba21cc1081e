import { u16le } from './bytes.ts';
import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { protocol } from './protocol.ts';

// tcpdump.org/linktypes/LINKTYPE_NFLOG: family (1), version (1), resource (2), then length (2), type (2) and value.
const HEADER = 4;
const PAYLOAD = 9;
const MOST_ATTRIBUTES = 64;

/** Netfilter's log: the packet is one attribute of several. */
export const nflog = protocol({
  name: 'nflog',
  title: 'NFLOG',
  about: 'Linux netfilter log messages',
  linkTypes: [239],
  dissect(packet: Packet): number {
    const { bytes, offset, end } = packet;
    if (end - offset < HEADER) return packet.short();
    packet.layerQuoted[packet.layerCount - 1] = 1; // tshark counts the packet from its IP header on
    const family = bytes[offset]!;
    let at = offset + HEADER;
    for (let count = 0; at + 4 <= end && count < MOST_ATTRIBUTES; count++) {
      const length = u16le(bytes, at);
      if (length < 4 || at + length > end) return packet.broken();
      if ((u16le(bytes, at + 2) & 0x7fff) === PAYLOAD) {
        packet.offset = at + 4;
        packet.endAfter(length - 4);
        return family === 2 ? ip.id : family === 10 ? ipv6.id : END;
      }
      at += (length + 3) & ~3;
    }
    return END;
  },
});
