import { u16le } from './bytes.ts';
import { formatMac } from './mac-address.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// IEEE 802.11, 9.2.3: frame control (2), duration (2), addresses (6 each), sequence (2), QoS (2), HT control (4).
const VERSION = 3;
const MANAGEMENT = 0;
const CONTROL = 1;
const DATA = 2;
const HEADER = 24;
const TO_DS = 0x01;
const FROM_DS = 0x02;
const PROTECTED = 0x40;
const ORDER = 0x80;
const QOS = 8;
const NO_DATA = 4;
/** Ends with ACK, CTS: the shortest frames. */
const SHORTEST = 10;

export const wlan: ReturnType<typeof protocol> = protocol({
  name: 'wlan',
  title: '802.11',
  about: 'IEEE 802.11 wireless LAN',
  linkTypes: [105],
  dissect: (packet: Packet, dissection: Dissection) => readFrame(packet, dissection, false),
  info: (packet, layer) => kindOf(packet.layerBytes[layer]!, packet.layerStart[layer]!),
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < SHORTEST) return;
    out.field('Type', kindOf(bytes, start));
    out.field('Receiver address', formatMac(bytes, start + 4));
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Transmitter address', formatMac(bytes, start + 10));
    out.field('Third address', formatMac(bytes, start + 16));
  },
});
const NAMES = ['Management frame', 'Control frame', 'Data frame', 'Extension frame'];

/** What is known of the radio: Wireshark shows it between the capture header and the frame. */
export const wlanRadio = protocol({
  name: 'wlan_radio',
  title: '802.11 Radio',
  about: '802.11 radio information',
  dissect: () => wlan.id,
});

export const wlanManagement = protocol({
  name: 'wlan.mgt',
  title: '802.11',
  about: 'IEEE 802.11 wireless management',
  info: () => 'Management frame',
});

function readFrame(packet: Packet, dissection: Dissection, isSwapped: boolean): number {
  const { bytes, offset } = packet;
  if (packet.end - offset < SHORTEST) return packet.short();
  const control = bytes[isSwapped ? offset + 1 : offset]!;
  const type = (control >> 2) & 3;
  const subtype = control >> 4;
  const flags = bytes[isSwapped ? offset : offset + 1]!;
  if (type === CONTROL || type > DATA) return END;
  if (packet.end - offset < HEADER) return packet.short();
  packet.offset = offset + HEADER;
  if (type === MANAGEMENT) return (flags & PROTECTED) === 0 ? wlanManagement.id : END;
  if ((flags & (TO_DS | FROM_DS)) === (TO_DS | FROM_DS)) packet.offset += 6;
  if ((subtype & QOS) !== 0) packet.offset += (flags & ORDER) !== 0 ? 6 : 2;
  if (packet.offset > packet.end) return packet.short();
  if ((subtype & NO_DATA) !== 0 || (flags & PROTECTED) !== 0) return END;
  if ((u16le(bytes, offset + 22) & 15) !== 0 || packet.offset === packet.end) return END; // not the first fragment
  return dissection.llc;
}

/**
 * A frame in CAPWAP. Access points of Cisco write its frame control in the other order: it shows by the version, the first two
 * bits, which is 0 in every frame.
 */
export function continueWlan(packet: Packet, dissection: Dissection): number {
  packet.push(wlan.id);
  const isWhole = packet.end - packet.offset >= SHORTEST;
  return readFrame(packet, dissection, isWhole && isSwappedAt(packet.bytes, packet.offset));
}

function isSwappedAt(bytes: Uint8Array, start: number): boolean {
  return (bytes[start]! & VERSION) !== 0 && (bytes[start + 1]! & VERSION) === 0;
}

function kindOf(bytes: Uint8Array, start: number): string {
  return NAMES[(bytes[isSwappedAt(bytes, start) ? start + 1 : start]! >> 2) & 3]!;
}
