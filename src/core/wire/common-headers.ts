import { i32, u16 } from './bytes.ts';
import {
  ETHERNET,
  IPV4_HEADER,
  IPV4_PROTOCOL,
  IPV4_TYPE,
  IPV6_HEADER,
  IPV6_NEXT,
  IPV6_TYPE,
  IS_FRAGMENT,
  NETWORK_AT,
  TCP,
  TCP_HEADER,
  UDP,
  UDP_HEADER,
  WITHOUT_OPTIONS,
} from './common-frame.ts';
import { eth } from './eth.ts';
import { ip, takeIpv4Addresses } from './ip.ts';
import { ipv6, takeIpv6Addresses } from './ipv6.ts';
import type { Packet } from './packet.ts';
import type { Registry } from './protocol.ts';
import { tcp } from './tcp.ts';
import { udp } from './udp.ts';

/** Stands for a frame whose headers are not read in one go. */
export const NONE = 0;

/** Whether these protocols are what the numbers mean. */
export const hasCommonHeaders = ({ linkTypes, etherTypes }: Registry): boolean =>
  linkTypes.get(ETHERNET) === eth.id && etherTypes[IPV4_TYPE] === ip.id && etherTypes[IPV6_TYPE] === ipv6.id;

/** By UDP port, whether its datagrams may hold packets with headers of their own. */
export function tunnelPorts({ byId, udpPorts }: Registry): Uint8Array {
  const tunnels = new Uint8Array(65_536);
  for (const protocol of byId) {
    if (protocol?.isTunnel !== true) continue;
    for (const port of protocol.udpPorts ?? []) if (udpPorts.of(port) === protocol) tunnels[port] = 1;
  }
  return tunnels;
}

/**
 * Reads Ethernet and IP of the frame that was just rewound, where they are what most frames have: IPv4 without options or
 * IPv6 without extensions, TCP or UDP behind them, and nothing cut. Returns the number of the transport, which begins at
 * `packet.offset`, and sets what the protocols set that are called one after another, in a third of their time; a test
 * compares the two. NONE for any other frame, which is to be rewound again and dissected.
 */
export function readCommonNetwork(packet: Packet): number {
  const { bytes, offset, end } = packet;
  const network = offset + NETWORK_AT;
  if (packet.linkType !== ETHERNET || end < network + IPV4_HEADER) return NONE;
  const type = u16(bytes, offset + 12);
  const { layerProtocol, layerStart, layerEnd, layerBytes, layerQuoted } = packet;
  if (type === IPV4_TYPE) {
    if (!readIpv4(packet, bytes, network)) return NONE;
    layerProtocol[1] = ip.id;
  } else if (type === IPV6_TYPE) {
    if (!readIpv6(packet, bytes, network)) return NONE;
    layerProtocol[1] = ipv6.id;
  } else return NONE;
  layerProtocol[0] = eth.id;
  layerStart[0] = offset;
  layerStart[1] = network;
  layerEnd[0] = layerEnd[1] = end;
  layerBytes[0] = layerBytes[1] = bytes;
  layerQuoted[0] = layerQuoted[1] = 0;
  packet.layerCount = 2;
  return bytes[type === IPV4_TYPE ? network + IPV4_PROTOCOL : network + IPV6_NEXT]!;
}

/** Reads the transport, too, where nobody asks for flows. False for what is to be dissected. */
export function readCommonHeaders(packet: Packet, tunnels: Uint8Array): boolean {
  packet.rewind();
  const transport = readCommonNetwork(packet);
  if (transport === NONE) return false;
  const { bytes, offset: at } = packet;
  if (transport === TCP) {
    if (!readTcp(packet, bytes, at)) return false;
    packet.layerProtocol[2] = tcp.id;
  } else {
    if (!readUdp(packet, bytes, at, tunnels)) return false;
    packet.layerProtocol[2] = udp.id;
  }
  packet.transport = transport;
  packet.srcPort = u16(bytes, at);
  packet.dstPort = u16(bytes, at + 2);
  packet.payloadBytes = bytes;
  packet.payloadStart = packet.offset;
  packet.payloadEnd = packet.end;
  packet.payloadLength = packet.reportedEnd - packet.offset;
  packet.layerStart[2] = at;
  packet.layerBytes[2] = bytes;
  packet.layerQuoted[2] = 0;
  packet.layerCount = 3;
  return true;
}

/** RFC 791, 3.1. */
function readIpv4(packet: Packet, bytes: Uint8Array, at: number): boolean {
  const length = u16(bytes, at + 2);
  const transport = bytes[at + IPV4_PROTOCOL]!;
  if (bytes[at] !== WITHOUT_OPTIONS || (u16(bytes, at + 6) & IS_FRAGMENT) !== 0) return false;
  if (length < IPV4_HEADER || (transport !== TCP && transport !== UDP)) return false;
  takeIpv4Addresses(packet, bytes, at);
  packet.offset = at;
  packet.endAfter(length);
  packet.offset = at + IPV4_HEADER;
  return true;
}

/** RFC 8200, 3. */
function readIpv6(packet: Packet, bytes: Uint8Array, at: number): boolean {
  if (packet.end < at + IPV6_HEADER || bytes[at]! >> 4 !== 6) return false;
  const length = u16(bytes, at + 4);
  const transport = bytes[at + IPV6_NEXT]!;
  if (length === 0 || (transport !== TCP && transport !== UDP)) return false;
  takeIpv6Addresses(packet, bytes, at);
  packet.offset = at + IPV6_HEADER;
  packet.endAfter(length);
  return true;
}

/** RFC 9293, 3.1. */
function readTcp(packet: Packet, bytes: Uint8Array, at: number): boolean {
  const { end } = packet;
  const header = (bytes[at + 12]! >> 4) << 2;
  if (end - at < TCP_HEADER || header < TCP_HEADER || at + header > end) return false;
  packet.layerEnd[2] = end;
  packet.offset = at + header;
  packet.tcpSeq = i32(bytes, at + 4);
  packet.tcpAck = i32(bytes, at + 8);
  packet.tcpFlags = u16(bytes, at + 12) & 0xfff;
  packet.tcpWindow = u16(bytes, at + 14);
  return true;
}

/** RFC 768. */
function readUdp(packet: Packet, bytes: Uint8Array, at: number, tunnels: Uint8Array): boolean {
  const { end } = packet;
  const length = u16(bytes, at + 4);
  if (end - at < UDP_HEADER || length < UDP_HEADER) return false;
  if (tunnels[u16(bytes, at)] !== 0 || tunnels[u16(bytes, at + 2)] !== 0) return false;
  packet.layerEnd[2] = end;
  packet.endAfter(length);
  packet.offset = at + UDP_HEADER;
  return true;
}
