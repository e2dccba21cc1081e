import { u32 } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';
import { eachPdu } from './pdu.ts';

// RFC 4120, 5: an APPLICATION tag for each message; 7.2.2: a length (4) before it over TCP.
const HEADER = 4;
const MESSAGES: Readonly<Record<number, string>> = {
  106: 'AS-REQ',
  107: 'AS-REP',
  108: 'TGS-REQ',
  109: 'TGS-REP',
  110: 'AP-REQ',
  111: 'AP-REP',
  116: 'KRB-SAFE',
  117: 'KRB-PRIV',
  126: 'KRB Error',
};
const nameOf = (packet: Packet, layer: number): string =>
  MESSAGES[packet.layerBytes[layer]![packet.layerStart[layer]!] ?? 0] ?? 'KRB5';

export const kerberos = protocol({
  name: 'kerberos',
  title: 'KRB5',
  about: 'Kerberos',
  udpPorts: [88],
  tcpPorts: [88],
  datagram(packet: Packet): number {
    if (packet.end === packet.offset || MESSAGES[packet.bytes[packet.offset]!] === undefined) return NOT_MINE;
    packet.push(kerberos.id);
    return END;
  },
  segment(packet: Packet): boolean {
    const { bytes, offset, end } = packet;
    if (end - offset > HEADER && MESSAGES[bytes[offset + HEADER]!] === undefined) return false;
    eachPdu(packet, HEADER, (of, at) => HEADER + (u32(of, at) & 0x7fffffff), pdu);
    return true;
  },
  info: nameOf,
});

function pdu(packet: Packet, start: number): void {
  packet.offset = start + HEADER;
  packet.push(kerberos.id);
  packet.offset = start;
}
