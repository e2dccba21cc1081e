import { u32 } from '../bytes.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';
import { eachPdu } from './pdu.ts';

// PostgreSQL frontend/backend protocol: type (1) and length (4); the first message of a client has no type.
const HEADER = 5;
const SSL_REQUEST = 80_877_103;

export const pgsql = protocol({
  name: 'pgsql',
  title: 'PGSQL',
  about: 'PostgreSQL',
  tcpPorts: [5432],
  segment(packet: Packet): boolean {
    eachPdu(packet, HEADER, lengthOf, pdu);
    return true;
  },
  info: (packet, layer) =>
    packet.layerBytes[layer]![packet.layerStart[layer]!] === 0 ? '>Startup message' : typeOf(packet, layer),
});

function typeOf(packet: Packet, layer: number): string {
  const type = String.fromCharCode(packet.layerBytes[layer]![packet.layerStart[layer]!] ?? 0x20);
  return `${packet.dstPort === 5432 ? '>' : '<'}${type}`;
}

function lengthOf(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 0) return u32(bytes, at);
  return u32(bytes, at + 1) === SSL_REQUEST ? HEADER : 1 + u32(bytes, at + 1);
}

function pdu(packet: Packet): void {
  packet.push(pgsql.id);
}
