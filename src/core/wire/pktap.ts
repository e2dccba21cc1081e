import { latin1, u32le } from './bytes.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// Apple's bsd/net/pktap.h, struct pktap_header, little-endian.
const LINK_TYPES = [149, 258];
const SHORTEST = 108;
const LINK_TYPE = 8;
const INTERFACE_NAME = 12;
const FLAGS = 36;
const PROCESS_ID = 52;
const COMMAND = 56;
const EFFECTIVE_PROCESS_ID = 84;
const EFFECTIVE_COMMAND = 88;
const INTERFACE_NAME_LENGTH = 24;
const COMMAND_LENGTH = 20;

/** Flags of the header: which way the packet went. */
export const INWARD = 1;
export const OUTWARD = 2;

/** Captures of macOS on `pktap`: the frame of any interface behind a header that names it, and the process. */
export const pktap = protocol({
  name: 'pktap',
  about: 'PKTAP packet header',
  linkTypes: LINK_TYPES,
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < SHORTEST) return packet.short();
    const length = u32le(bytes, offset);
    if (length < SHORTEST || length > packet.end - offset) return packet.broken();
    packet.offset = offset + length;
    return dissection.registry.linkTypes.get(u32le(bytes, offset + LINK_TYPE)) ?? END;
  },
  fields(packet: Packet, _layer: number, out: FieldWriter): void {
    const start = headerOf(packet);
    if (start < 0) return;
    const { frame } = packet;
    out.field('Interface', textAt(frame, start + INTERFACE_NAME, INTERFACE_NAME_LENGTH));
    out.field('Flags', `0x${u32le(frame, start + FLAGS).toString(16)}`);
    out.field('Process', processName(packet) ?? '');
    out.field('Process ID', processId(packet));
    out.field('Effective process', textAt(frame, start + EFFECTIVE_COMMAND, COMMAND_LENGTH));
    out.field('Effective process ID', u32le(frame, start + EFFECTIVE_PROCESS_ID) | 0);
  },
});

/** Where the packet's header begins, dissected or not; -1 for a packet without a whole one. It is the first layer, or none. */
function headerOf(packet: Packet): number {
  if (!LINK_TYPES.includes(packet.linkType)) return -1;
  return packet.frameEnd - packet.frameStart < SHORTEST ? -1 : packet.frameStart;
}

/** The process that sent or received the packet; -1 when nobody says. */
export function processId(packet: Packet): number {
  const start = headerOf(packet);
  return start < 0 ? -1 : u32le(packet.frame, start + PROCESS_ID) | 0;
}

/** The name of that process; null when nobody says. */
export function processName(packet: Packet): string | null {
  const start = headerOf(packet);
  return start < 0 ? null : textAt(packet.frame, start + COMMAND, COMMAND_LENGTH) || null;
}

/** INWARD, OUTWARD, or 0 when nobody says. */
export function processDirection(packet: Packet): number {
  const start = headerOf(packet);
  return start < 0 ? 0 : u32le(packet.frame, start + FLAGS) & (INWARD | OUTWARD);
}

/** The interface that the header names; null without one. */
export function pktapInterface(packet: Packet): string | null {
  const start = headerOf(packet);
  return start < 0 ? null : textAt(packet.frame, start + INTERFACE_NAME, INTERFACE_NAME_LENGTH) || null;
}

/** Text up to a zero byte. */
function textAt(bytes: Uint8Array, start: number, length: number): string {
  let end = start;
  while (end < start + length && bytes[end] !== 0) end++;
  return latin1(bytes, start, end);
}
