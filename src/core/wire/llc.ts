import { u16, u24 } from './bytes.ts';
import { cdp } from './cdp.ts';
import { hex } from './hex.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// IEEE 802.2, 3.2: DSAP (1), SSAP (1), control (1 for unnumbered frames, else 2).
const HEADER = 3;
const SNAP_SAP = 0xaa;
// RFC 1042: organisation (3), protocol (2).
const SNAP = 5;
const UNNUMBERED = 3;
const CISCO = 0x00000c;
const CDP = 0x2000;

export const llc = protocol({
  name: 'llc',
  about: 'Logical-Link Control',
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    const unnumbered = (bytes[offset + 2]! & 3) === UNNUMBERED;
    packet.offset = offset + (unnumbered ? HEADER : HEADER + 1);
    if (packet.offset > packet.end) return packet.short();
    if (bytes[offset] !== SNAP_SAP) {
      const information = (bytes[offset + 2]! & 1) === 0; // supervisory frames carry nothing
      return unnumbered || information ? dissection.registry.llcSaps[bytes[offset]!]! : END;
    }
    if (packet.end - packet.offset < SNAP) return packet.short();
    const organisation = u24(bytes, packet.offset);
    const type = u16(bytes, packet.offset + 3);
    packet.offset += SNAP;
    if (organisation === CISCO) return type === CDP ? cdp.id : END;
    // 0x0000f8 is for Ethernet types bridged from 802.5 and the like (IEEE 802.1H)
    return organisation === 0 || organisation === 0x0000f8 ? dissection.registry.etherTypes[type]! : END;
  },
  info: (packet, layer) => `DSAP 0x${(packet.layerBytes[layer]![packet.layerStart[layer]!] ?? 0).toString(16)}`,
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('DSAP', hex(bytes[start]!, 2));
    out.field('SSAP', hex(bytes[start + 1]!, 2));
  },
});
