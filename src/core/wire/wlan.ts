import { formatMac } from './mac-address.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';
import {
  CONTROL,
  DATA,
  FROM_DS,
  frameInfo,
  HEADER,
  isSwappedAt,
  MANAGEMENT,
  sequenceAt,
  ssidOf,
  subtypeOf,
  TO_DS,
  typeOf,
} from './wlan-frame.ts';

const PROTECTED = 0x40;
const ORDER = 0x80;
const QOS = 8;
const NO_DATA = 4;
/** The bit of QoS control that says that a mesh control follows (9.2.4.5.9), in its second byte. */
const MESH = 1;
/** 9.2.4.7.3: flags (1), TTL (1), number (4), and up to two addresses (6 each); other bits of the flags are 0. */
const MESH_CONTROL = 6;
const MESH_ADDRESSES = 3;
/** Ends with ACK, CTS: the shortest frames. */
const SHORTEST = 10;

export const wlan: ReturnType<typeof protocol> = protocol({
  name: 'wlan',
  title: '802.11',
  about: 'IEEE 802.11 wireless LAN',
  linkTypes: [105],
  dissect: (packet: Packet, dissection: Dissection) => readFrame(packet, dissection, false),
  info(packet: Packet, layer: number): string {
    const start = packet.layerStart[layer]!;
    const end = packet.layerEnd[layer]!;
    return end - start < SHORTEST ? 'IEEE 802.11' : frameInfo(packet.layerBytes[layer]!, start, end);
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < SHORTEST) return;
    out.field('Type', typeOf(bytes, start));
    out.field('Subtype', subtypeOf(bytes, start));
    out.field('Receiver address', formatMac(bytes, start + 4));
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Transmitter address', formatMac(bytes, start + 10));
    out.field('Third address', formatMac(bytes, start + 16));
  },
});

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
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const body = packet.layerStart[layer]!;
    const end = packet.layerEnd[layer]!;
    const info = frameInfo(bytes, body - HEADER, end);
    const ssid = ssidOf(bytes, body - HEADER, body, end);
    return ssid === null ? info : `${info}, SSID=${ssid}`;
  },
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
  const hasMesh = (subtype & QOS) !== 0 && (flags & FROM_DS) !== 0 && (bytes[packet.offset + 1]! & MESH) !== 0;
  if ((subtype & QOS) !== 0) packet.offset += (flags & ORDER) !== 0 ? 6 : 2;
  if (packet.offset > packet.end) return packet.short();
  if ((subtype & NO_DATA) !== 0 || (flags & PROTECTED) !== 0) return END;
  if ((sequenceAt(bytes, offset, isSwapped) & 15) !== 0 || packet.offset === packet.end) return END; // not the first fragment
  if (hasMesh) passMeshControl(packet);
  return packet.offset > packet.end ? packet.short() : dissection.llc;
}

/** Moves behind it; a value that no mesh control has is of what the frame carries (as with aggregated frames of 802.11n). */
function passMeshControl(packet: Packet): void {
  const flags = packet.bytes[packet.offset]!;
  if (flags < MESH_ADDRESSES) packet.offset += MESH_CONTROL + flags * 6;
}

/** A frame in CAPWAP, whose frame control may be in the other order. */
export function continueWlan(packet: Packet, dissection: Dissection): number {
  packet.push(wlan.id);
  const isWhole = packet.end - packet.offset >= SHORTEST;
  return readFrame(packet, dissection, isWhole && isSwappedAt(packet.bytes, packet.offset));
}
