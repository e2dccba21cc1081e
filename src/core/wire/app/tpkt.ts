import { startsWith, u16 } from '../bytes.ts';
import { NEED_SEGMENT, type Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';

// RFC 1006, 6: version 3 (1), reserved (1), length (2).
const HEADER = 4;
// X.224, 13: length of the header (1), code (1 with credit), references (2, 2), class (1); data: code, number.
const DATA = 0xf0;
const MOST_PDUS = 256;
const CODES: Readonly<Record<number, string>> = {
  224: 'CR TPDU (Connect Request)',
  208: 'CC TPDU (Connect Confirm)',
  128: 'DR TPDU (Disconnect Request)',
  240: 'DT TPDU',
};

/** Remote Desktop: its negotiation stands in the connection request and its answer (MS-RDPBCGR, 2.2.1.1). */
export const rdp = protocol({ name: 'rdp', about: 'Remote Desktop Protocol', info: rdpInfo });

function rdpInfo(packet: Packet, layer: number): string {
  return layer > 0 && packet.layerProtocol[layer - 1] === cotp.id ? 'Negotiation' : 'Fast-Path PDU';
}

export const t125 = protocol({ name: 't125', title: 'T.125', about: 'MULTIPOINT-COMMUNICATION-SERVICE T.125' });

export const cotp = protocol({
  name: 'cotp',
  about: 'ISO 8073/X.224 COTP Connection-Oriented Transport Protocol',
  info: (packet, layer) => CODES[(packet.layerBytes[layer]![packet.layerStart[layer]! + 1] ?? 0) & 0xf0] ?? 'COTP',
});

export const tpkt = protocol({
  name: 'tpkt',
  about: 'TPKT, Version: 3',
  tcpPorts: [102, 3389],
  segment(packet: Packet): boolean {
    const { bytes, end } = packet;
    const flow = packet.flow!;
    if (bytes[packet.offset] === 3) flow.application ??= tpkt;
    else if (flow.application !== tpkt) return false;
    else if (isFastPath(packet)) {
      packet.push(rdp.id);
      packet.offset = end;
      return true;
    }
    for (let count = 0; packet.offset < end && count < MOST_PDUS; count++) {
      const start = packet.offset;
      const left = end - start;
      if (left < HEADER) {
        if (packet.canWait) packet.needed = NEED_SEGMENT;
        return true;
      }
      if (bytes[start] !== 3) {
        packet.push(tpkt.id); // what goes on from before
        packet.offset = end;
        return true;
      }
      const length = u16(bytes, start + 2);
      if (length < HEADER) break;
      if (length > left && packet.canWait) {
        packet.needed = length - left;
        return true;
      }
      packet.push(tpkt.id);
      dissectCotp(packet, start + HEADER, Math.min(end, start + length));
      packet.offset = start + Math.min(length, left);
    }
    packet.offset = end;
    return true;
  },
  info: () => 'Continuation',
});

/** One PDU of RDP that fills the segment: action 0 in two bits, then its length in one byte or two (MS-RDPBCGR, 2.2.8.1.2). */
function isFastPath({ bytes, offset, end, reportedEnd }: Packet): boolean {
  if (end - offset < 3 || (bytes[offset]! & 3) !== 0) return false;
  const first = bytes[offset + 1]!;
  const length = first < 0x80 ? first : ((first & 0x7f) << 8) | bytes[offset + 2]!;
  return length === reportedEnd - offset;
}

function dissectCotp(packet: Packet, start: number, end: number): void {
  const { bytes } = packet;
  if (end - start < 2) return;
  packet.offset = start;
  packet.push(cotp.id);
  const after = start + 1 + bytes[start]!;
  const code = bytes[start + 1]! & 0xf0;
  const isRdp = packet.srcPort === 3389 || packet.dstPort === 3389;
  if (code === DATA) {
    packet.offset = after;
    if (after < end && isRdp) packet.push(t125.id);
    return;
  }
  packet.offset = start + 7;
  const fixed = packet.offset;
  if (fixed >= end) return;
  const negotiates = bytes[fixed]! >= 1 && bytes[fixed]! <= 3 && end - fixed >= 8;
  if (startsWith(bytes, fixed, end, 'Cookie: ') || negotiates) packet.push(rdp.id);
}
