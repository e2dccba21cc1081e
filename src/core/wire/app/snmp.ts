import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';
import { berEnd, berInteger, berStart, berTag } from './ber.ts';

// RFC 3416, 3; RFC 3412, 6: a SEQUENCE of version, community and PDU, or of version and what SNMPv3 puts there.
const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTETS = 0x04;
const PDUS: Readonly<Record<number, string>> = {
  160: 'get-request',
  161: 'get-next-request',
  162: 'get-response',
  163: 'set-request',
  164: 'trap',
  165: 'getBulkRequest',
  166: 'informRequest',
  167: 'snmpV2-trap',
  168: 'report',
};

export const snmp = protocol({
  name: 'snmp',
  about: 'Simple Network Management Protocol',
  udpPorts: [161, 162],
  datagram(packet: Packet): number {
    const { bytes, offset, end } = packet;
    if (berTag(bytes, offset, end) !== SEQUENCE || berEnd(bytes, offset) > packet.reportedEnd) return NOT_MINE;
    if (berTag(bytes, berStart(bytes, offset), end) !== INTEGER) return NOT_MINE;
    packet.push(snmp.id);
    return END;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const end = packet.layerEnd[layer]!;
    const start = packet.layerStart[layer]!;
    if (berTag(bytes, start, end) !== SEQUENCE) return 'SNMP';
    const version = berStart(bytes, start);
    if (berTag(bytes, version, end) !== INTEGER) return 'SNMP';
    const community = berEnd(bytes, version);
    if (berInteger(bytes, berStart(bytes, version), Math.min(end, community)) === 3) return 'SNMPv3';
    if (berTag(bytes, community, end) !== OCTETS) return 'SNMP';
    return PDUS[bytes[berEnd(bytes, community)] ?? 0] ?? 'SNMP';
  },
});
