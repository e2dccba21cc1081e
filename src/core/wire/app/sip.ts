import { parseIpv4 } from '../../net/ip-address.ts';
import { latin1, startsWith } from '../bytes.ts';
import type { Dissector } from '../dissector.ts';
import { type Packet, WANT_SEGMENT } from '../packet.ts';
import { END, type FieldWriter, NOT_MINE, protocol } from '../protocol.ts';
import { rtcp } from './rtcp.ts';
import { rtp } from './rtp.ts';
import { firstLine } from './text-lines.ts';

// RFC 3261, 7: a request or status line, headers, an empty line, a body; RFC 8866 for the body that announces media.
const UDP = 17;
const LONGEST_MESSAGE = 64 * 1024;
const METHODS = [
  'INVITE ',
  'ACK ',
  'BYE ',
  'CANCEL ',
  'OPTIONS ',
  'REGISTER ',
  'PRACK ',
  'SUBSCRIBE ',
  'NOTIFY ',
  'PUBLISH ',
  'INFO ',
  'REFER ',
  'MESSAGE ',
  'UPDATE ',
];

export const sip = protocol({
  name: 'sip',
  about: 'Session Initiation Protocol',
  udpPorts: [5060],
  tcpPorts: [5060],
  datagram(packet: Packet, dissector: Dissector): number {
    if (!looksLikeSip(packet)) return NOT_MINE;
    packet.push(sip.id);
    announceMedia(packet, dissector);
    return END;
  },
  datagramLooksLike: looksLikeSip,
  segment(packet: Packet, dissector: Dissector): boolean {
    if (!looksLikeSip(packet)) return false;
    const { bytes, offset, end } = packet;
    const text = latin1(bytes, offset, Math.min(end, offset + LONGEST_MESSAGE));
    const headers = text.indexOf('\r\n\r\n');
    if (headers < 0) {
      if (packet.canWait && text.length < LONGEST_MESSAGE) packet.wanted = WANT_SEGMENT;
      else packet.push(sip.id);
      return true;
    }
    const body = Number(/\r\n(?:content-length|l)\s*:\s*(\d{1,6})/i.exec(text.slice(0, headers))?.[1] ?? 0);
    const missing = headers + 4 + body - (end - offset);
    if (missing > 0 && packet.canWait && missing < LONGEST_MESSAGE) {
      packet.wanted = missing;
      return true;
    }
    packet.push(sip.id);
    announceMedia(packet, dissector);
    packet.offset = end;
    return true;
  },
  segmentLooksLike: looksLikeSip,
  info(packet: Packet, layer: number): string {
    const line = firstLine(packet, layer);
    return line.startsWith('SIP/2.0 ') ? `Status: ${line.slice(8)}` : `Request: ${line.replace(/ SIP\/2\.0$/, '')}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const start = packet.layerStart[layer]!;
    const text = latin1(packet.layerBytes[layer]!, start, Math.min(packet.layerEnd[layer]!, start + 4096));
    for (const line of text.split('\r\n').slice(0, 64)) {
      const [, name, value] = /^([A-Za-z-]{1,64})\s*:\s*(.*)$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) out.field(name, value);
    }
  },
});

function looksLikeSip({ bytes, offset, end }: Packet): boolean {
  if (end - offset < 8) return false;
  if (startsWith(bytes, offset, end, 'SIP/2.0 ')) return true;
  if (bytes[offset]! < 0x41 || bytes[offset]! > 0x5a) return false;
  return METHODS.some((method) => startsWith(bytes, offset, end, method));
}

/** The ports that SDP names are those of RTP, and the ones above those of RTCP (RFC 3605 says otherwise where it does). */
function announceMedia(packet: Packet, dissector: Dissector): void {
  const { bytes, offset, end } = packet;
  const text = latin1(bytes, offset, Math.min(end, offset + LONGEST_MESSAGE));
  const body = text.indexOf('\r\n\r\nv=0');
  if (body < 0) return;
  const address = parseIpv4(/\nc=IN IP4 ([\d.]{7,15})/.exec(text.slice(body))?.[1] ?? '');
  if (address === null) return;
  const words = [address | 0, 0, 0, 0] as const;
  for (const [, port] of text.slice(body).matchAll(/\nm=(?:audio|video) (\d{1,5})(?:\/\d+)? (?:RTP|UDP)/g)) {
    const number = Number(port);
    if (number === 0 || number > 65_534) continue;
    dissector.flows.expectations.add(UDP, words, number, rtp);
    dissector.flows.expectations.add(UDP, words, number + 1, rtcp);
  }
}
