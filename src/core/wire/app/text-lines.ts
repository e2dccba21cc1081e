import { latin1 } from '../bytes.ts';
import type { Packet } from '../packet.ts';
import { find } from './text-line.ts';

const LF = 10;
const CR = 13;
/** A line that has not ended by then is not waited for: none is that long, and each wait reads it again. */
export const LONGEST_LINE = 64 * 1024;
/** Longest line that is shown. */
const LONGEST_SHOWN = 512;

/** The first line of a layer, without its end, as Latin-1. */
export function firstLine(packet: Packet, layer: number): string {
  const bytes = packet.layerBytes[layer]!;
  const start = packet.layerStart[layer]!;
  const end = Math.min(packet.layerEnd[layer]!, start + LONGEST_SHOWN);
  let at = start;
  while (at < end && bytes[at] !== LF && bytes[at] !== CR) at++;
  return latin1(bytes, start, at);
}

/** The offset behind the next line feed; -1 when there is none before `end`. */
export function afterLine(bytes: Uint8Array, start: number, end: number): number {
  const at = find(bytes, LF, start, end); // not indexOf, which would search the whole read buffer
  return at < 0 ? -1 : at + 1;
}

/** Whether a reply whose number begins with this digit refuses (RFC 5321, 4.2.1; RFC 959, 4.2). */
export const isRefusal = (digit: number): boolean => digit === 0x34 || digit === 0x35;

/** Whether the bytes at `offset` are this ASCII word in capitals or not, with no letter behind it. */
export function isWord(bytes: Uint8Array, offset: number, end: number, word: string): boolean {
  if (end - offset < word.length) return false;
  for (let index = 0; index < word.length; index++) {
    if ((bytes[offset + index]! & 0xdf) !== (word.charCodeAt(index) & 0xdf)) return false;
  }
  const next = offset + word.length < end ? bytes[offset + word.length]! : 0;
  return next <= 0x20;
}
