import { u16, u24 } from './bytes.ts';
import { eth } from './eth.ts';
import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { ppp } from './ppp.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// ITU-T Q.922, 3.3: an address of two to four bytes, whose last has its first bit set. RFC 2427, 3: control (1) of 3, a
// byte of padding or none, and what follows by number (1); or Cisco's way, a type of Ethernet (2).
const LONGEST_ADDRESS = 4;
const CONTROL = 3;
const PADDING = 0;
const SNAP = 0x80;
const IPV4 = 0xcc;
const IPV6 = 0x8e;
const PPP = 0xcf;
// RFC 2427, 4: organisation (3), protocol (2); 802.1 numbers bridged frames of Ethernet with and without their check sum.
const SNAP_HEADER = 5;
const BRIDGED = 0x0080c2;
const ETHERNET = 7;
const ETHERNET_CHECKED = 1;
const CHECK_SUM = 4;

export const fr = protocol({
  name: 'fr',
  title: 'FR',
  about: 'Frame Relay',
  linkTypes: [107],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, end } = packet;
    const address = addressLength(bytes, packet.offset, end);
    if (address === 0) return packet.end - packet.offset < LONGEST_ADDRESS ? packet.short() : packet.broken();
    let at = packet.offset + address;
    if (end - at < 2) return packet.short();
    if (bytes[at] !== CONTROL) {
      packet.offset = at + 2;
      return dissection.registry.etherTypes[u16(bytes, at)]!;
    }
    at++;
    if (bytes[at] === PADDING) at++;
    if (at === end) return packet.short();
    packet.offset = at + 1;
    const number = bytes[at];
    if (number === SNAP) return bridged(packet, dissection);
    return number === IPV4 ? ip.id : number === IPV6 ? ipv6.id : number === PPP ? ppp.id : END;
  },
  info: (packet, layer) => `DLCI ${connectionOf(packet, layer)}`,
  fields: (packet: Packet, layer: number, out: FieldWriter) => out.field('DLCI', connectionOf(packet, layer)),
});

/** RFC 2427, 4.2. */
function bridged(packet: Packet, dissection: Dissection): number {
  const { bytes, offset } = packet;
  if (packet.end - offset < SNAP_HEADER) return packet.short();
  const organisation = u24(bytes, offset);
  const type = u16(bytes, offset + 3);
  packet.offset = offset + SNAP_HEADER;
  if (organisation === 0) return dissection.registry.etherTypes[type]!;
  if (organisation !== BRIDGED || (type !== ETHERNET && type !== ETHERNET_CHECKED)) return END;
  if (type === ETHERNET_CHECKED) packet.endAfter(Math.max(0, packet.reportedEnd - packet.offset - CHECK_SUM));
  return eth.id;
}

/** 0 where the address does not end. */
function addressLength(bytes: Uint8Array, start: number, end: number): number {
  for (let length = 1; length <= LONGEST_ADDRESS && start + length <= end; length++) {
    if ((bytes[start + length - 1]! & 1) !== 0) return length < 2 ? 0 : length;
  }
  return 0;
}

/** The ten bits of the first two bytes: longer addresses add to them. */
function connectionOf(packet: Packet, layer: number): number {
  const bytes = packet.layerBytes[layer]!;
  const start = packet.layerStart[layer]!;
  return ((bytes[start]! >> 2) << 4) | (bytes[start + 1]! >> 4);
}
