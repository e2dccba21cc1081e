import { u16le, u32le } from './bytes.ts';
import type { Packet } from './packet.ts';
import { protocol } from './protocol.ts';
import { wlanRadio } from './wlan.ts';

// radiotap.org: version (1), padding (1), length (2), what is present (4), all little-endian.
const HEADER = 8;
const FLAGS_PRESENT = 2;
const TSFT_PRESENT = 1;
const MORE_PRESENT = 0x80000000;
const FCS_AT_END = 0x10;

export const radiotap = protocol({
  name: 'radiotap',
  title: 'Radiotap',
  about: 'Radiotap capture header',
  linkTypes: [127],
  dissect(packet: Packet): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    const length = u16le(bytes, offset + 2);
    if (bytes[offset] !== 0 || length < HEADER || length > packet.end - offset) return packet.broken();
    if (checksumFollows(bytes, offset, length)) packet.endAfter(packet.end - offset - 4);
    packet.offset = offset + length;
    return wlanRadio.id;
  },
});

/** Whether the frame ends with its checksum, from the flags field, which follows the time if that is there. */
function checksumFollows(bytes: Uint8Array, offset: number, length: number): boolean {
  const present = u32le(bytes, offset + 4);
  if ((present & FLAGS_PRESENT) === 0) return false;
  let at = offset + HEADER;
  for (let word = present; (word & MORE_PRESENT) !== 0 && at + 4 <= offset + length; at += 4) word = u32le(bytes, at);
  if ((present & TSFT_PRESENT) !== 0) at = offset + (((at - offset + 7) & ~7) + 8);
  return at < offset + length && (bytes[at]! & FCS_AT_END) !== 0;
}
