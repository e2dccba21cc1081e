import { u32 } from '../bytes.ts';
import type { Packet } from '../packet.ts';
import { type Dissection, protocol } from '../protocol.ts';
import { eachPdu } from './pdu.ts';
import { startTls } from './tls/tls.ts';

// PostgreSQL frontend/backend protocol: type (1) and length (4); the first message of a client has no type.
const HEADER = 5;
const PORT = 5432;
const SSL_REQUEST = 80_877_103;
const SSL_REQUEST_LENGTH = 8;
/** The server's answer to it is one byte, or an error message. */
const YES = 0x53;
const ERROR = 0x45;
const ASKED_FOR_TLS = Symbol('asked for TLS');

export const pgsql = protocol({
  name: 'pgsql',
  title: 'PGSQL',
  about: 'PostgreSQL',
  tcpPorts: [PORT],
  segment(packet: Packet, dissection: Dissection): boolean {
    const flow = packet.flow!;
    if (flow.applicationState === ASKED_FOR_TLS && packet.dstPort !== PORT) {
      flow.applicationState = null;
      const answer = packet.bytes[packet.offset];
      if (answer === YES) {
        startTls(packet, packet.offset + 1, dissection);
        return true;
      }
      if (answer !== ERROR) {
        packet.offset = packet.end;
        return true;
      }
    }
    eachPdu(packet, HEADER, lengthOf, pdu);
    return true;
  },
  info: (packet, layer) =>
    packet.layerBytes[layer]![packet.layerStart[layer]!] === 0 ? '>Startup message' : typeOf(packet, layer),
});

function typeOf(packet: Packet, layer: number): string {
  const type = String.fromCharCode(packet.layerBytes[layer]![packet.layerStart[layer]!] ?? 0x20);
  return `${packet.dstPort === PORT ? '>' : '<'}${type}`;
}

function lengthOf(bytes: Uint8Array, at: number): number {
  return bytes[at] === 0 ? u32(bytes, at) : 1 + u32(bytes, at + 1);
}

function pdu(packet: Packet, start: number, end: number): void {
  packet.push(pgsql.id);
  const { bytes } = packet;
  const asksForTls = packet.dstPort === PORT && bytes[start] === 0 && end - start === SSL_REQUEST_LENGTH;
  if (asksForTls && u32(bytes, start + 4) === SSL_REQUEST) packet.flow!.applicationState = ASKED_FOR_TLS;
}
