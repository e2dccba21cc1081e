import { i32, u16le, u32le } from '../bytes.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';

// MS-SMB2, 2.2.1: 0xfe 'SMB', size (2), credit charge (2), status (4), command (2), credits (2), flags (4), next (4) …
const MAGIC = 0xfe534d42 | 0;
const ENCRYPTED = 0xfd534d42 | 0;
const COMPRESSED = 0xfc534d42 | 0;
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
    const end = packet.layerEnd[layer]!;
    let at = packet.layerStart[layer]!;
    if (i32(bytes, at) === ENCRYPTED) return 'Encrypted SMB3';
    if (i32(bytes, at) === COMPRESSED) return 'Compressed SMB3';
    const names: string[] = [];
    while (at + 24 <= end && names.length < MOST_MESSAGES) {
      const name = COMMANDS[u16le(bytes, at + 12)] ?? 'Unknown';
      names.push(`${name} ${(bytes[at + 16]! & 1) !== 0 ? 'Response' : 'Request'}`);
      const next = u32le(bytes, at + 20);
      if (next === 0) break;
      at += next;
    }
    return names.join(';');
  },
});
