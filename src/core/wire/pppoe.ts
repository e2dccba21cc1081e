import { u16 } from './bytes.ts';
import { hex } from './hex.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { ppp } from './ppp.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// RFC 2516, 4: version and type (1), code (1), session (2), length (2).
const HEADER = 6;
const CODES: Readonly<Record<number, string>> = {
  0: 'Session Data',
  7: 'Active Discovery Offer (PADO)',
  9: 'Active Discovery Initiation (PADI)',
  25: 'Active Discovery Request (PADR)',
  101: 'Active Discovery Session-confirmation (PADS)',
  167: 'Active Discovery Terminate (PADT)',
};

function dissect(packet: Packet, next: number): number {
  const { bytes, offset } = packet;
  if (packet.end - offset < HEADER) return packet.short();
  packet.offset = offset + HEADER;
  packet.endAfter(u16(bytes, offset + 4));
  return next;
}

const text = {
  info: (packet: Packet, layer: number): string =>
    CODES[packet.layerBytes[layer]![packet.layerStart[layer]! + 1]!] ?? 'unknown code',
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Code', text.info(packet, layer));
    out.field('Session ID', hex(u16(bytes, start + 2), 4));
    out.field('Payload Length', u16(bytes, start + 4));
  },
};

export const pppoed = protocol({
  name: 'pppoed',
  title: 'PPPoED',
  about: 'PPP-over-Ethernet Discovery',
  etherTypes: [0x8863],
  dissect: (packet: Packet) => dissect(packet, END),
  ...text,
});

export const pppoes = protocol({
  name: 'pppoes',
  title: 'PPPoES',
  about: 'PPP-over-Ethernet Session',
  etherTypes: [0x8864],
  linkTypes: [51],
  dissect: (packet: Packet, _dissector: Dissection) => dissect(packet, ppp.id),
  ...text,
});
