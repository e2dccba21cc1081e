import { u16le, u32le } from './bytes.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';
import { wlan, wlanRadio } from './wlan.ts';

// PPI Packet Header 1.0.10: version (1), flags (1), length (2), link type (4); fields of type (2), length (2), data.
const HEADER = 8;
const FIELD = 4;
const COMMON_80211 = 2;
const COMMON_80211_FLAGS = FIELD + 8;
const FCS_AT_END = 1;
const FCS = 4;

/** Per-Packet Information: what is known of the reception, then a frame of the link type it names. */
export const ppi = protocol({
  name: 'ppi',
  about: 'Per-Packet Information',
  linkTypes: [192],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    const length = u16le(bytes, offset + 2);
    if (length < HEADER || length > packet.end - offset) return packet.broken();
    if (checksumFollows(bytes, offset + HEADER, offset + length)) packet.endAfter(packet.reportedEnd - offset - FCS);
    packet.offset = offset + length;
    const next = dissection.registry.linkTypes.get(u32le(bytes, offset + 4)) ?? END;
    return next === wlan.id ? wlanRadio.id : next;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Header length', u16le(bytes, start + 2));
    out.field('DLT', u32le(bytes, start + 4));
  },
});

function checksumFollows(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at + FIELD <= end; at += FIELD + u16le(bytes, at + 2)) {
    if (u16le(bytes, at) !== COMMON_80211 || at + COMMON_80211_FLAGS >= end) continue;
    return (bytes[at + COMMON_80211_FLAGS]! & FCS_AT_END) !== 0;
  }
  return false;
}
