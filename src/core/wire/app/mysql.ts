import type { Packet } from '../packet.ts';
import { type Dissection, protocol } from '../protocol.ts';
import { eachPdu } from './pdu.ts';
import { startTls } from './tls/tls.ts';

// MySQL client/server protocol: length (3, little-endian), sequence (1), payload.
const HEADER = 4;
const PORT = 3306;
/** A login request that ends before the user's name asks for TLS: its length, and the flag in its second byte. */
const SSL_REQUEST = 32;
const CLIENT_SSL = 0x08;
const COMMANDS: Readonly<Record<number, string>> = {
  1: 'Quit',
  2: 'Use Database',
  3: 'Query',
  4: 'Show Fields',
  14: 'Ping',
  22: 'Prepare Statement',
  23: 'Execute Statement',
  25: 'Close Statement',
};

export const mysql = protocol({
  name: 'mysql',
  title: 'MySQL',
  about: 'MySQL Protocol',
  tcpPorts: [3306],
  segment(packet: Packet, dissection: Dissection): boolean {
    if (asksForTls(packet)) {
      packet.push(mysql.id);
      startTls(packet, packet.offset + HEADER + SSL_REQUEST, dissection);
    } else eachPdu(packet, HEADER, lengthOf, pdu);
    return true;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.dstPort !== 3306) return bytes[start + 3] === 0 ? 'Server Greeting' : 'Response';
    return bytes[start + 3] === 0 ? `Request ${COMMANDS[bytes[start + 4]!] ?? 'Command'}` : 'Login Request';
  },
});

const lengthOf = (bytes: Uint8Array, at: number): number =>
  HEADER + (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16));

function pdu(packet: Packet): void {
  packet.push(mysql.id);
}

/** Whether a request for TLS begins the segment: the client answers the greeting with it, and waits for no answer to it. */
function asksForTls({ bytes, offset, end, dstPort }: Packet): boolean {
  if (dstPort !== PORT || end - offset < HEADER + SSL_REQUEST || bytes[offset + 3] !== 1) return false;
  return lengthOf(bytes, offset) === HEADER + SSL_REQUEST && (bytes[offset + HEADER + 1]! & CLIENT_SSL) !== 0;
}
