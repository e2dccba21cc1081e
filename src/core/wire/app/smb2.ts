import { i32, u16le, u32le } from '../bytes.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';

// MS-SMB2, 2.2.1: 0xfe 'SMB', size (2), credit charge (2), status (4), command (2), credits (2), flags (4), next (4) …
const MAGIC = 0xfe534d42 | 0;
const ENCRYPTED = 0xfd534d42 | 0;
const COMPRESSED = 0xfc534d42 | 0;
const HEADER = 64;
const NEXT = 20;
const RESPONSE = 1;
const COMMANDS = [
  'Negotiate Protocol',
  'Session Setup',
  'Session Logoff',
  'Tree Connect',
  'Tree Disconnect',
  'Create',
  'Close',
  'Flush',
  'Read',
  'Write',
  'Lock',
  'Ioctl',
  'Cancel',
  'KeepAlive',
  'Find',
  'Notify',
  'GetInfo',
  'SetInfo',
  'Break',
];
const MOST_MESSAGES = 16;

/** Whether an SMB 2 header, or that of its encrypted or compressed form, stands at `offset`. */
export function isSmb2(bytes: Uint8Array, offset: number, end: number): boolean {
  if (end - offset < 4) return false;
  const magic = i32(bytes, offset);
  return magic === MAGIC || magic === ENCRYPTED || magic === COMPRESSED;
}

export const smb2 = protocol({
  name: 'smb2',
  about: 'SMB2 (Server Message Block Protocol version 2)',
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (i32(bytes, start) === ENCRYPTED) return 'Encrypted SMB3';
    if (i32(bytes, start) === COMPRESSED) return 'Compressed SMB3';
    const name = COMMANDS[u16le(bytes, start + 12)] ?? 'Unknown';
    return `${name} ${(bytes[start + 16]! & RESPONSE) !== 0 ? 'Response' : 'Request'}`;
  },
});

/** The messages in [packet.offset, end), a layer each: requests that belong together share a packet (MS-SMB2, 3.2.4.1.4). */
export function pushSmb2(packet: Packet, end: number): void {
  const { bytes } = packet;
  for (let count = 0; count < MOST_MESSAGES; count++) {
    packet.push(smb2.id);
    const { offset } = packet;
    if (end - offset < HEADER || i32(bytes, offset) !== MAGIC) return;
    const next = u32le(bytes, offset + NEXT);
    if (next < HEADER || next >= end - offset) return;
    packet.offset = offset + next;
  }
}
