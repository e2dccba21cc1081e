import { u16 } from '../bytes.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';
import { eachPdu } from './pdu.ts';

// AJPv1.3 (tomcat.apache.org/connectors-doc/ajp/ajpv13a.html): magic (2), length (2); the server's magic is "AB".
const HEADER = 4;
const FROM_SERVER = 0x4142;

export const ajp13 = protocol({
  name: 'ajp13',
  about: 'Apache JServ Protocol v1.3',
  tcpPorts: [8009],
  segment(packet: Packet): boolean {
    eachPdu(packet, HEADER, lengthOf, pdu);
    return true;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start <= HEADER) return 'Message';
    return u16(bytes, start) === FROM_SERVER ? `RSP ${bytes[start + HEADER]}` : `REQ ${bytes[start + HEADER]}`;
  },
});

const lengthOf = (bytes: Uint8Array, at: number): number => HEADER + u16(bytes, at + 2);

function pdu(packet: Packet): void {
  packet.push(ajp13.id);
}
