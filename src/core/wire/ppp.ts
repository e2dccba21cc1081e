import { u16 } from './bytes.ts';
import { chdlc } from './chdlc.ts';
import { hex } from './hex.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// RFC 1662, 3.1: address 0xff and control 0x03, which may be compressed away; RFC 1661, 2: protocol, 1 or 2 bytes.
// Files of PPP hold Cisco HDLC as well: its address is 0x0f, or 0x8f for all.

/** Point-to-Point Protocol, with or without HDLC-like framing. */
export const ppp = protocol({
  name: 'ppp',
  about: 'Point-to-Point Protocol',
  linkTypes: [9, 50],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, end } = packet;
    let at = packet.offset;
    if (end - at < 2) return packet.short();
    if ((bytes[at] === 0x0f || bytes[at] === 0x8f) && packet.layerCount === 1) {
      packet.layerCount = 0; // it is not PPP at all
      return chdlc.id;
    }
    if (bytes[at] === 0xff && bytes[at + 1] === 0x03) at += 2;
    if (end - at < 1) return packet.short();
    if ((bytes[at]! & 1) === 1) {
      packet.offset = at + 1;
      return dissection.registry.pppProtocols[bytes[at]!]!;
    }
    if (end - at < 2) return packet.short();
    packet.offset = at + 2;
    return dissection.registry.pppProtocols[u16(bytes, at)]!;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const at = bytes[start] === 0xff ? start + 2 : start;
    out.field('Protocol', hex(u16(bytes, at), 4));
  },
});
