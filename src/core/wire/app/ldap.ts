import { u16, u32 } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';
import { berEnd, berStart, berTag } from './ber.ts';
import { eachPdu } from './pdu.ts';

// RFC 4511, 4.1.1: a SEQUENCE of message id and operation.
const SEQUENCE = 0x30;
const INTEGER = 0x02;
// RFC 4422, 3.7: after a bind that asked for it each buffer stands behind its length (4).
const WRAPPED = 4;
const GSS_TOKEN = 0x60;
const KERBEROS_WRAP_TOKEN = 0x0504;
const OPERATIONS: Readonly<Record<number, string>> = {
  96: 'bindRequest',
  97: 'bindResponse',
  66: 'unbindRequest',
  99: 'searchRequest',
  100: 'searchResEntry',
  101: 'searchResDone',
  102: 'modifyRequest',
  103: 'modifyResponse',
  104: 'addRequest',
  105: 'addResponse',
  119: 'extendedReq',
  120: 'extendedResp',
};

export const cldap = protocol({
  name: 'cldap',
  title: 'CLDAP',
  about: 'Connectionless Lightweight Directory Access Protocol',
  udpPorts: [389],
  datagram(packet: Packet): number {
    if (berTag(packet.bytes, packet.offset, packet.end) !== SEQUENCE) return NOT_MINE;
    packet.push(cldap.id);
    return END;
  },
  info: operationName,
});

export const ldap = protocol({
  name: 'ldap',
  about: 'Lightweight Directory Access Protocol',
  tcpPorts: [389, 3268],
  segment(packet: Packet): boolean {
    const { bytes, offset } = packet;
    if (isWrapped(packet)) {
      eachPdu(packet, WRAPPED, wrappedLengthOf, pushLayer);
      return true;
    }
    if (bytes[offset] !== SEQUENCE) return false;
    eachPdu(packet, 6, lengthOf, pushLayer);
    return true;
  },
  info: operationName,
});

/** A whole buffer that GSS-API protects: its token, of RFC 2743, 3.1 or RFC 4121, 4.2.6.2, is what tells it. */
function isWrapped({ bytes, offset, end, reportedEnd }: Packet): boolean {
  if (end - offset < WRAPPED + 5 || u32(bytes, offset) > reportedEnd - offset - WRAPPED) return false;
  return bytes[offset + WRAPPED] === GSS_TOKEN || u16(bytes, offset + WRAPPED) === KERBEROS_WRAP_TOKEN;
}

function wrappedLengthOf(bytes: Uint8Array, at: number): number {
  return WRAPPED + u32(bytes, at);
}

function lengthOf(bytes: Uint8Array, at: number): number {
  return berTag(bytes, at, bytes.length) < 0 ? 0 : berEnd(bytes, at) - at;
}

function pushLayer(packet: Packet): void {
  packet.push(ldap.id);
}

function operationName(packet: Packet, layer: number): string {
  const bytes = packet.layerBytes[layer]!;
  const start = packet.layerStart[layer]!;
  const end = packet.layerEnd[layer]!;
  if (end - start >= WRAPPED && bytes[start] !== SEQUENCE) return `SASL GSS-API: ${u32(bytes, start)} bytes`;
  if (berTag(bytes, start, end) !== SEQUENCE) return 'LDAP';
  const id = berStart(bytes, start);
  if (berTag(bytes, id, end) !== INTEGER) return 'LDAP';
  return OPERATIONS[bytes[berEnd(bytes, id)] ?? 0] ?? 'LDAP';
}
