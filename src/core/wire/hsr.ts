import { u16 } from './bytes.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// IEC 62439-3, 5.6: path and size (2), sequence number (2), then the type or length of what is tagged (2).
const TAG = 6;
/** Version and sequence number: the least that a supervision frame has (IEC 62439-3, 4.2.7). */
const SUPERVISION = 4;

/** The tag of a frame that goes round a ring both ways. */
export const hsr = protocol({
  name: 'hsr',
  about: 'High-availability Seamless Redundancy',
  etherTypes: [0x892f],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < TAG) return packet.short();
    packet.offset = offset + TAG;
    return dissection.typeOrLength(packet, u16(bytes, offset + 4));
  },
  info: (packet, layer) => `Sequence number ${sequenceOf(packet, layer)}`,
  fields: (packet: Packet, layer: number, out: FieldWriter) => {
    if (packet.layerEnd[layer]! - packet.layerStart[layer]! >= TAG)
      out.field('Sequence number', sequenceOf(packet, layer));
  },
});

/** What nodes of HSR, and of PRP, tell of themselves. The trailer by which PRP marks its frames lies behind their lengths. */
export const hsrPrpSupervision = protocol({
  name: 'hsr_prp_supervision',
  title: 'HSR/PRP',
  about: 'HSR/PRP Supervision',
  etherTypes: [0x88fb],
  dissect: (packet: Packet) => (packet.end - packet.offset < SUPERVISION ? packet.short() : END),
  info: () => 'HSR or PRP Supervision',
});

function sequenceOf(packet: Packet, layer: number): number {
  return u16(packet.layerBytes[layer]!, packet.layerStart[layer]! + 2);
}
