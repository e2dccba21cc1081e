import { latin1, u16 } from './bytes.ts';
import { formatMac } from './mac-address.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type FieldWriter, protocol } from './protocol.ts';

// IEEE 802.1AB, 8: type (7 bits), length (9), value; ends with type 0.
const NAMES: Readonly<Record<number, string>> = {
  1: 'Chassis',
  2: 'Port',
  3: 'Time To Live',
  4: 'Port Description',
  5: 'System Name',
  6: 'System Description',
};
const MOST_ELEMENTS = 64;
const LONGEST_TEXT = 256;

export const lldp = protocol({
  name: 'lldp',
  about: 'Link Layer Discovery Protocol',
  etherTypes: [0x88cc],
  dissect: (packet: Packet) => (packet.end - packet.offset < 2 ? packet.short() : END),
  info(packet: Packet, layer: number): string {
    const found: string[] = [];
    elements(packet, layer, (type, value) => {
      if (type === 1 || type === 2 || type === 5) found.push(`${NAMES[type]} = ${value}`);
    });
    return found.join(' ');
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    elements(packet, layer, (type, value) => out.field(NAMES[type]!, value));
  },
});

function elements(packet: Packet, layer: number, each: (type: number, value: string) => void): void {
  const bytes = packet.layerBytes[layer]!;
  const end = packet.layerEnd[layer]!;
  let at = packet.layerStart[layer]!;
  for (let count = 0; at + 2 <= end && count < MOST_ELEMENTS; count++) {
    const type = bytes[at]! >> 1;
    const length = u16(bytes, at) & 0x1ff;
    const value = at + 2;
    if (type === 0 || value + length > end) return;
    at = value + length;
    if (type === 3 && length >= 2) each(type, String(u16(bytes, value)));
    else if (type <= 2 && length === 7 && (bytes[value] === 3 || bytes[value] === 4)) {
      each(type, formatMac(bytes, value + 1)); // subtypes of an address: 4 for a chassis, 3 for a port
    } else if (NAMES[type] !== undefined) {
      each(type, latin1(bytes, type <= 2 ? value + 1 : value, Math.min(at, value + LONGEST_TEXT)));
    }
  }
}
