import { parseIpv4 } from '../../net/ip-address.ts';
import { latin1 } from '../bytes.ts';
import type { Packet } from '../packet.ts';
import { type Dissection, protocol } from '../protocol.ts';
import { afterLine, firstLine, isRefusal, isWord } from './text-lines.ts';
import { startTls } from './tls/tls.ts';

// RFC 959, 4: commands and numbered replies in lines; RFC 2428: EPRT and EPSV; RFC 4217: AUTH TLS.
const TCP = 6;
const LONGEST_LINE = 1024;

/** The bytes of a file or a listing, on a connection of their own. */
export const ftpData = protocol({
  name: 'ftp-data',
  title: 'FTP-DATA',
  about: 'FTP Data',
  tcpPorts: [20],
  segment(packet: Packet): boolean {
    packet.push(ftpData.id);
    packet.offset = packet.end;
    return true;
  },
  info: (packet, layer) => `FTP Data: ${packet.layerEnd[layer]! - packet.layerStart[layer]!} bytes`,
});

/** Whether AUTH TLS was asked for, so that 234 means that TLS follows. */
class FtpState {
  askedForTls = false;
}

export const ftp = protocol({
  name: 'ftp',
  about: 'File Transfer Protocol (FTP)',
  tcpPorts: [21],
  announces: true,
  segment(packet: Packet, dissection: Dissection): boolean {
    const { bytes, offset, end } = packet;
    const flow = packet.flow!;
    const isReply = packet.srcPort === 21 || (packet.dstPort !== 21 && packet.direction === 1);
    const lineEnd = afterLine(bytes, offset, end);
    packet.push(ftp.id);
    if (!(flow.applicationState instanceof FtpState)) flow.applicationState = new FtpState();
    const state = flow.applicationState as FtpState;
    const stop = Math.min(lineEnd < 0 ? end : lineEnd, offset + LONGEST_LINE);
    if (isReply) {
      if (readReply(packet, dissection, state, offset, stop)) {
        startTls(packet, lineEnd < 0 ? end : lineEnd, dissection);
        return true;
      }
    } else if (isWord(bytes, offset, end, 'AUTH')) state.askedForTls = true;
    else if (isWord(bytes, offset, end, 'PORT')) expectQuad(packet, dissection, latin1(bytes, offset + 4, stop));
    else if (isWord(bytes, offset, end, 'EPRT')) expectEprt(dissection, latin1(bytes, offset + 4, stop));
    packet.offset = end;
    return true;
  },
  info: (packet, layer) => `${packet.srcPort === 21 ? 'Response' : 'Request'}: ${firstLine(packet, layer)}`,
});

/** Whether TLS begins behind the reply. */
function readReply(packet: Packet, dissection: Dissection, state: FtpState, start: number, end: number): boolean {
  const { bytes } = packet;
  if (isWord(bytes, start, end, '227')) expectQuad(packet, dissection, latin1(bytes, start + 3, end));
  else if (isWord(bytes, start, end, '229')) {
    const port = Number(/\|\|\|(\d{1,5})\|/.exec(latin1(bytes, start, end))?.[1] ?? 0);
    const { src0, src1, src2, src3 } = packet;
    if (port > 0 && port < 65_536) {
      dissection.flows.expectations.add(TCP, [src0, src1, src2, src3], port, ftpData);
    }
  } else if (isWord(bytes, start, end, '234')) return state.askedForTls;
  else if (isRefusal(bytes[start]!)) state.askedForTls = false;
  return false;
}

/** `h1,h2,h3,h4,p1,p2` (RFC 959, 4.1.2). */
function expectQuad(packet: Packet, dissection: Dissection, text: string): void {
  const numbers = /(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})/.exec(text)?.slice(1).map(Number);
  if (numbers === undefined || numbers.some((number) => number > 255)) return;
  const [h1, h2, h3, h4, p1, p2] = numbers as [number, number, number, number, number, number];
  const address = (h1 << 24) | (h2 << 16) | (h3 << 8) | h4;
  const port = p1 * 256 + p2;
  dissection.flows.expectations.add(TCP, [address, 0, 0, 0], port, ftpData);
  // behind address translation the connection comes to the address that is seen, not to the one announced
  if (address !== packet.src0) dissection.flows.expectations.add(TCP, [packet.src0, 0, 0, 0], port, ftpData);
}

/** `|1|10.0.0.1|6275|` (RFC 2428, 2), for IPv4; IPv6 clients use EPSV. */
function expectEprt(dissection: Dissection, text: string): void {
  const [, address = '', port = ''] = /\|1\|([\d.]{7,15})\|(\d{1,5})\|/.exec(text) ?? [];
  const word = parseIpv4(address);
  if (word !== null && Number(port) < 65_536) {
    dissection.flows.expectations.add(TCP, [word | 0, 0, 0, 0], Number(port), ftpData);
  }
}
