import { u16 } from './bytes.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { protocol } from './protocol.ts';

// IEEE 802.1X, 11.3: version (1), type (1), length (2).
const HEADER = 4;
const TYPES = ['EAP Packet', 'Start', 'Logoff', 'Key', 'Encapsulated ASF Alert'];
const KEY = 3;
// IEEE 802.11, 12.7.2: descriptor (1), information (2), length of the key (2), counter (8), nonce (32), IV (16), RSC (8), reserved (8), MIC (16), length of the data (2).
const INFORMATION = HEADER + 1;
const DATA_LENGTH = HEADER + 93;
const KEY_FRAME = DATA_LENGTH + 2;
/** Descriptors of WPA2 and WPA. */
const RSN = 2;
const WPA = 254;
const PAIRWISE = 0x0008;
const INSTALL = 0x0040;
const ACK = 0x0080;

export const eapol = protocol({
  name: 'eapol',
  about: '802.1X Authentication',
  etherTypes: [0x888e],
  dissect: (packet: Packet) => (packet.end - packet.offset < HEADER ? packet.short() : END),
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const type = bytes[start + 1]!;
    if (type !== KEY || packet.layerEnd[layer]! - start < KEY_FRAME) return TYPES[type] ?? 'Unknown';
    const descriptor = bytes[start + HEADER]!;
    return descriptor === RSN || descriptor === WPA ? `Key (${messageAt(bytes, start)})` : 'Key';
  },
});

/** Which message of a handshake it is (12.7.6, 12.7.7), as Wireshark tells: the last of four brings no data. */
function messageAt(bytes: Uint8Array, start: number): string {
  const information = u16(bytes, start + INFORMATION);
  const isAsked = (information & ACK) !== 0;
  if ((information & PAIRWISE) === 0) return `Group Message ${isAsked ? 1 : 2} of 2`;
  if (isAsked) return `Message ${(information & INSTALL) === 0 ? 1 : 3} of 4`;
  return `Message ${u16(bytes, start + DATA_LENGTH) === 0 ? 4 : 2} of 4`;
}
