import { isakmp } from './app/isakmp.ts';
import { u32 } from './bytes.ts';
import { esp } from './esp.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { protocol } from './protocol.ts';

// RFC 3948, 2: a single byte 0xff keeps the mapping alive; four zero bytes announce IKE; anything else is ESP.

export const udpencap = protocol({
  name: 'udpencap',
  title: 'UDPENCAP',
  about: 'UDP Encapsulation of IPsec Packets',
  udpPorts: [4500],
  isTunnel: true,
  datagram(packet: Packet): number {
    const { bytes, offset, end } = packet;
    packet.push(udpencap.id);
    if (end - offset < 8) return END;
    if (u32(bytes, offset) !== 0) return esp.id;
    packet.offset = offset + 4;
    return isakmp.id;
  },
  info: () => 'NAT-keepalive',
});
