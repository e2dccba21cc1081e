import { i32 } from '../bytes.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';

// MS-CIFS, 2.2.3.1: 0xff 'SMB', command (1), status (4), flags (1) …
const MAGIC = 0xff534d42 | 0;
const RESPONSE = 0x80;
const COMMANDS: Readonly<Record<number, string>> = {
  4: 'Close',
  37: 'Trans',
  43: 'Echo',
  45: 'Open AndX',
  46: 'Read AndX',
  47: 'Write AndX',
  50: 'Trans2',
  113: 'Tree Disconnect',
  114: 'Negotiate Protocol',
  115: 'Session Setup AndX',
  116: 'Logoff AndX',
  117: 'Tree Connect AndX',
  160: 'NT Trans',
  162: 'NT Create AndX',
};

/** Whether an SMB 1 header stands at `offset`. */
export const isSmb = (bytes: Uint8Array, offset: number, end: number): boolean =>
  end - offset >= 4 && i32(bytes, offset) === MAGIC;

export const smb = protocol({
  name: 'smb',
  about: 'SMB (Server Message Block Protocol)',
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const name = COMMANDS[bytes[start + 4]!] ?? `Command 0x${(bytes[start + 4] ?? 0).toString(16)}`;
    return `${name} ${(bytes[start + 9]! & RESPONSE) !== 0 ? 'Response' : 'Request'}`;
  },
});
