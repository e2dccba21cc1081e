import { i32, latin1, u32, u32le } from './bytes.ts';
import type { Packet } from './packet.ts';
import { type FieldWriter, protocol } from './protocol.ts';
import { wlan, wlanRadio } from './wlan.ts';

// tcpdump.org/linktypes: code (4), length (4), device (16), then what is known of the reception; in the byte order of the
// machine that captured. AVS, which came after it: version (4), length (4), in network order.
const CODE = 8;
const DEVICE = 16;
const HEADER = CODE + DEVICE;
const CODES: ReadonlySet<number> = new Set([0x41, 0x44]);
const AVS = 0x80211000 | 0;
const AVS_VERSION = 0xf;

export const wlancap = protocol({
  name: 'wlancap',
  title: 'AVS',
  about: 'AVS WLAN Capture header',
  linkTypes: [163],
  dissect(packet: Packet): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < CODE) return packet.short();
    const length = u32(bytes, offset + 4);
    if (length < CODE) return packet.broken();
    if (packet.end - offset < length) return packet.short();
    packet.offset = offset + length;
    return wlanRadio.id;
  },
});

export const prism = protocol({
  name: 'prism',
  title: 'Prism',
  about: 'Prism capture header',
  linkTypes: [119],
  dissect(packet: Packet): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < CODE) return packet.short();
    const isLittle = CODES.has(u32le(bytes, offset));
    if (!isLittle && !CODES.has(u32(bytes, offset))) {
      packet.layerCount--; // it is not Prism at all: AVS, or, with some drivers, no header
      return (i32(bytes, offset) & ~AVS_VERSION) === AVS ? wlancap.id : wlan.id;
    }
    const length = isLittle ? u32le(bytes, offset + 4) : u32(bytes, offset + 4);
    if (length < HEADER) return packet.broken();
    if (packet.end - offset < length) return packet.short();
    packet.offset = offset + length;
    return wlanRadio.id;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Device', latin1(bytes, start + CODE, start + HEADER).replace(/\0.*$/s, ''));
  },
});
