import { u16 } from './bytes.ts';
import { ipv6 } from './ipv6.ts';
import { NOT_MINE } from './outcome.ts';
import type { Packet } from './packet.ts';
import { protocol } from './protocol.ts';

// RFC 4380, 5.1.1: before the IPv6 packet an authentication (0, 1) and an origin indication (0, 0) may stand.
const ORIGIN = 8;
const AUTHENTICATION = 13;
const IPV6_HEADER = 40;

export const teredo = protocol({
  name: 'teredo',
  title: 'Teredo',
  about: 'Teredo IPv6 over UDP tunneling',
  udpPorts: [3544],
  isTunnel: true,
  datagram(packet: Packet): number {
    const at = afterIndications(packet);
    if (at < 0) return NOT_MINE;
    packet.push(teredo.id);
    packet.offset = at;
    return ipv6.id;
  },
  info: () => 'Teredo',
});

/** Where the IPv6 packet begins, which fills the datagram; -1 when there is none. */
function afterIndications(packet: Packet): number {
  const { bytes, end } = packet;
  let at = packet.offset;
  if (end - at >= AUTHENTICATION && u16(bytes, at) === 1) at += AUTHENTICATION + bytes[at + 2]! + bytes[at + 3]!;
  if (end - at >= ORIGIN && u16(bytes, at) === 0) at += ORIGIN;
  if (end - at < IPV6_HEADER || bytes[at]! >> 4 !== 6) return -1;
  return at;
}
