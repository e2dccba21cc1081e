import { latin1, u16 } from './bytes.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type FieldWriter, protocol } from './protocol.ts';

// Cisco Discovery Protocol: version (1), TTL (1), checksum (2), then type (2), length (2) and value.
const HEADER = 4;
const TEXTS: Readonly<Record<number, string>> = { 1: 'Device ID', 3: 'Port ID', 5: 'Software Version', 6: 'Platform' };
const LONGEST_TEXT = 256;
const MOST_ELEMENTS = 64;

export const cdp = protocol({
  name: 'cdp',
  about: 'Cisco Discovery Protocol',
  dissect: (packet: Packet) => (packet.end - packet.offset < HEADER ? packet.short() : END),
  info(packet: Packet, layer: number): string {
    const found: string[] = [];
    elements(packet, layer, (name, value) => {
      if (name !== 'Software Version') found.push(`${name}: ${value}`);
    });
    return found.join('  ');
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    elements(packet, layer, (name, value) => out.field(name, value));
  },
});

function elements(packet: Packet, layer: number, each: (name: string, value: string) => void): void {
  const bytes = packet.layerBytes[layer]!;
  const end = packet.layerEnd[layer]!;
  let at = packet.layerStart[layer]! + HEADER;
  for (let count = 0; at + 4 <= end && count < MOST_ELEMENTS; count++) {
    const name = TEXTS[u16(bytes, at)];
    const length = u16(bytes, at + 2);
    if (length < 4 || at + length > end) return;
    if (name !== undefined) each(name, latin1(bytes, at + 4, Math.min(at + length, at + 4 + LONGEST_TEXT)));
    at += length;
  }
}
