import { startsWith, u16 } from '../bytes.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';
import { eachPdu } from './pdu.ts';
import { isSmb, smb } from './smb.ts';
import { isSmb2, pushSmb2 } from './smb2.ts';

// RFC 1002, 4.3.1: type (1), flags (1), length (2); on port 445 the length has 24 bits (MS-SMB2, 2.1).
const HEADER = 4;
const MESSAGE = 0;
const TYPES: Readonly<Record<number, string>> = {
  0: 'Session message',
  129: 'Session request',
  130: 'Positive session response',
  131: 'Negative session response',
  132: 'Retarget session response',
  133: 'Session keep-alive',
};
/** What lengths messages of a type have. */
const LENGTHS: Readonly<Record<number, readonly [least: number, most: number]>> = {
  0: [0, 0x1ffff],
  129: [2, 256],
  130: [0, 0],
  131: [1, 1],
  132: [6, 6],
  133: [0, 0],
};
const NEVER = [1, 0] as const;
const SMB_MAGIC_END = 8;

export const nbss = protocol({
  name: 'nbss',
  about: 'NetBIOS Session Service',
  tcpPorts: [139, 445],
  segment(packet: Packet): boolean {
    const { bytes, offset } = packet;
    if (bytes === packet.payloadBytes && !begins(bytes, offset, packet.end)) {
      packet.push(nbss.id); // one byte that keeps the connection alive, or the middle of a message whose beginning was not captured
      packet.offset = packet.end;
      return true;
    }
    eachPdu(packet, HEADER, lengthOf, pdu);
    return true;
  },
  info(packet: Packet, layer: number): string {
    const start = packet.layerStart[layer]!;
    const type = packet.layerEnd[layer]! - start < HEADER ? undefined : TYPES[packet.layerBytes[layer]![start]!];
    return type ?? 'NBSS Continuation Message';
  },
});

/** Whether a message begins here, as Wireshark tells it from the middle of one: by SMB's magic, or by what headers may say. */
function begins(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < HEADER) return false;
  const type = bytes[at]!;
  if (type === MESSAGE && end - at >= SMB_MAGIC_END && startsWith(bytes, at + HEADER + 1, end, 'SMB')) return true;
  if (bytes[at + 1]! > 1) return false;
  const [least, most] = LENGTHS[type] ?? NEVER;
  const length = (bytes[at + 1]! << 16) | u16(bytes, at + 2);
  return length >= least && length <= most;
}

function lengthOf(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== MESSAGE) return HEADER + u16(bytes, at + 2);
  return HEADER + ((bytes[at + 1]! << 16) | u16(bytes, at + 2));
}

function pdu(packet: Packet, start: number, end: number): void {
  const { bytes } = packet;
  packet.push(nbss.id);
  packet.offset = start + HEADER;
  if (isSmb2(bytes, packet.offset, end)) pushSmb2(packet, end);
  else if (isSmb(bytes, packet.offset, end)) packet.push(smb.id);
  packet.offset = start;
}
