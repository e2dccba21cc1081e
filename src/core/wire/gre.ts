import { u16 } from './bytes.ts';
import { erspan } from './erspan.ts';
import { eth } from './eth.ts';
import { hex } from './hex.ts';
import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import { END, NOT_MINE } from './outcome.ts';
import type { Packet } from './packet.ts';
import { ppp } from './ppp.ts';
import { type Dissection, type FieldWriter, type Protocol, protocol } from './protocol.ts';

// RFC 2784, 2 and RFC 2890, 2: flags and version (2), protocol (2), then what the flags say; RFC 2637, 4.1 for version 1.
const HEADER = 4;
const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACKNOWLEDGEMENT = 0x0080;
const PPP = 0x880b;
const ERSPAN_1_2 = 0x88be;
const ERSPAN_3 = 0x22eb;
/** MikroTik: the key is the length of the frame (2) and the number of the tunnel (2). */
const EOIP = 0x6400;
/** draft-wilson-wrec-wccp-v2, 4.12: in version 2 flags (1), service (1) and buckets (2) precede the packet. */
const WCCP = 0x883e;
const REDIRECT = 4;
const REDIRECT_FLAGS = 0xc0;

export const gre: Protocol = protocol({
  name: 'gre',
  about: 'Generic Routing Encapsulation',
  ipProtocols: [47],
  udpPorts: [4754],
  isTunnel: true,
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    const flags = u16(bytes, offset);
    const type = u16(bytes, offset + 2);
    let header = HEADER;
    if ((flags & (CHECKSUM | ROUTING)) !== 0) header += 4;
    if ((flags & KEY) !== 0) header += 4;
    if ((flags & SEQUENCE) !== 0) header += 4;
    if ((flags & 7) === 1 && (flags & ACKNOWLEDGEMENT) !== 0) header += 4;
    if (packet.end - offset < header) return packet.short();
    packet.offset = offset + header;
    if (type === EOIP && (flags & KEY) !== 0) packet.endAfter(u16(bytes, offset + HEADER));
    if ((flags & ROUTING) !== 0 || packet.end === packet.offset) return END;
    if (type === ERSPAN_1_2 || type === ERSPAN_3) return erspan.id;
    return carriedByGre(packet, dissection, type);
  },
  /** RFC 8086. */
  datagram: (packet: Packet) => (packet.end - packet.offset < HEADER ? NOT_MINE : gre.id),
  info: (packet, layer) => `Encapsulated ${typeOf(packet, layer)}`,
  fields: (packet: Packet, layer: number, out: FieldWriter) => out.field('Protocol Type', typeOf(packet, layer)),
});

function typeOf(packet: Packet, layer: number): string {
  return hex(u16(packet.layerBytes[layer]!, packet.layerStart[layer]! + 2), 4);
}

/** The protocol that a number of GRE stands for; for WCCP the packet moves to what was redirected. */
export function carriedByGre(packet: Packet, dissection: Dissection, type: number): number {
  if (type === PPP) return ppp.id;
  if (type === EOIP) return eth.id;
  return type === WCCP ? redirected(packet) : dissection.registry.etherTypes[type]!;
}

/** Version 1 has the packet at once, and no packet of IP begins with a byte of flags alone, nor one of no version. */
function redirected(packet: Packet): number {
  const { bytes, offset, end } = packet;
  if (end === offset) return END;
  const first = bytes[offset]!;
  if ((first & ~REDIRECT_FLAGS) === 0 || (first >> 4 !== 4 && first >> 4 !== 6)) {
    if (end - offset <= REDIRECT) return packet.short();
    packet.offset = offset + REDIRECT;
  }
  const version = bytes[packet.offset]! >> 4;
  return version === 4 ? ip.id : version === 6 ? ipv6.id : END;
}
