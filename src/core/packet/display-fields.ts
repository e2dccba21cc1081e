import { bytes, type Field, flag, integer, many, maybe, port, text } from '../record/field.ts';
import { http } from '../wire/app/http/http.ts';
import { arp } from '../wire/arp.ts';
import { u16, u32 } from '../wire/bytes.ts';
import { eth } from '../wire/eth.ts';
import { icmp } from '../wire/icmp.ts';
import { icmpv6 } from '../wire/icmpv6.ts';
import type { Packet } from '../wire/packet.ts';
import { tcp } from '../wire/tcp.ts';
import { ACK, CWR, ECE, FIN, PSH, RST, SYN, URG } from '../wire/tcp-flags.ts';
import { udp, udplite } from '../wire/udp.ts';
import { vlan } from '../wire/vlan.ts';
import { ipv4Field, ipv6Field, macField } from './address-fields.ts';
import { data } from './data-field.ts';
import { ABSENT, type DisplayField, either, ofHeaders, ofIpv4, ofIpv6, once, type Visit } from './display-field.ts';
import * as ofDns from './dns-fields.ts';
import * as ofHttp from './http-fields.ts';
import { acknowledgement, flagOfTcp, ofTcp, scaledWindow, sequence } from './tcp-fields.ts';
import * as ofTls from './tls-fields.ts';

/** Smaller values of the field behind the addresses are a length (IEEE 802.3, 3.2.6). */
const FIRST_ETHER_TYPE = 0x600;
const UDP = 17;

const integers = (doc: string, visit: Visit): DisplayField => shownAs(maybe(integer(doc)), visit);
const sizes = (doc: string, visit: Visit): DisplayField => shownAs(maybe(bytes(doc)), visit);
const flags = (doc: string, visit: Visit): DisplayField => shownAs(maybe(flag(doc)), visit);
const ports = (doc: string, visit: Visit): DisplayField => shownAs(maybe(port(doc)), visit);
const all = (field: Field<unknown>, visit: Visit): DisplayField => shownAs(many(field), visit);
const shownAs = (field: Field, visit: Visit): DisplayField => ({ field, visit, equals: null });

const tcpPort = (place: number): Visit => ofHeaders([tcp], 20, (frame, at) => u16(frame, at + place));
const udpPort = (place: number): Visit => ofHeaders([udp, udplite], 8, (frame, at) => u16(frame, at + place));

/**
 * Fields of headers. Headers inside a tunnel count too; those quoted inside an ICMP error do not. Of numbers, records
 * have that of the innermost header.
 */
const HEADER_FIELDS: Readonly<Record<string, DisplayField>> = {
  'eth.src': macField('Source of the Ethernet header.', 'src'),
  'eth.dst': macField('Destination of the Ethernet header.', 'dst'),
  'eth.addr': macField('Both addresses of the Ethernet header.', 'either'),
  'eth.type': integers(
    'EtherType.',
    ofHeaders([eth], 14, (frame, at) => typeAt(frame, at + 12)),
  ),
  'vlan.id': integers(
    'Number of the VLAN (802.1Q).',
    ofHeaders([vlan], 4, (frame, at) => u16(frame, at) & 0xfff),
  ),
  'vlan.priority': integers(
    'Priority in the VLAN tag, 0 to 7.',
    ofHeaders([vlan], 4, (frame, at) => frame[at]! >> 5),
  ),
  'arp.opcode': integers(
    'Operation of ARP: 1 request, 2 reply.',
    ofHeaders([arp], 8, (frame, at) => u16(frame, at + 6)),
  ),
  'ip.version': integers(
    'Version of IP: 4 or 6.',
    either(
      ofIpv4(() => 4),
      ofIpv6(() => 6),
    ),
  ),
  'ip.src': ipv4Field('Source of the IPv4 header.', 'src'),
  'ip.dst': ipv4Field('Destination of the IPv4 header.', 'dst'),
  'ip.addr': ipv4Field('Both addresses of the IPv4 header.', 'either'),
  'ip.hdr_len': sizes(
    'Length of the IPv4 header, options included.',
    ofIpv4((frame, at) => (frame[at]! & 15) << 2),
  ),
  'ip.dsfield.dscp': integers(
    'Differentiated services codepoint, 0 to 63.',
    ofIpv4((frame, at) => frame[at + 1]! >> 2),
  ),
  'ip.len': sizes('Length of the IPv4 packet, header included.', ofIpv4(ipLength)),
  'ip.id': integers(
    'Identification of the IPv4 packet.',
    ofIpv4((frame, at) => u16(frame, at + 4)),
  ),
  'ip.flags.df': flags(
    "Don't fragment.",
    ofIpv4((frame, at) => (frame[at + 6]! >> 6) & 1),
  ),
  'ip.flags.mf': flags(
    'More fragments follow.',
    ofIpv4((frame, at) => (frame[at + 6]! >> 5) & 1),
  ),
  'ip.frag_offset': integers(
    'Where the fragment belongs, in units of 8 bytes.',
    ofIpv4((frame, at) => u16(frame, at + 6) & 0x1fff),
  ),
  'ip.ttl': integers(
    'Time to live.',
    ofIpv4((frame, at) => frame[at + 8]!),
  ),
  'ip.proto': integers(
    'Protocol of what the IPv4 packet carries: 6 is TCP, 17 UDP.',
    ofIpv4((frame, at) => frame[at + 9]!),
  ),
  'ipv6.src': ipv6Field('Source of the IPv6 header.', 'src'),
  'ipv6.dst': ipv6Field('Destination of the IPv6 header.', 'dst'),
  'ipv6.addr': ipv6Field('Both addresses of the IPv6 header.', 'either'),
  'ipv6.tclass': integers(
    'Traffic class.',
    ofIpv6((frame, at) => (u16(frame, at) >> 4) & 0xff),
  ),
  'ipv6.flow': integers(
    'Flow label.',
    ofIpv6((frame, at) => u32(frame, at) & 0xfffff),
  ),
  'ipv6.plen': sizes(
    'Length of what follows the IPv6 header, as that says.',
    ofIpv6((frame, at) => u16(frame, at + 4)),
  ),
  'ipv6.nxt': integers(
    'Next header.',
    ofIpv6((frame, at) => frame[at + 6]!),
  ),
  'ipv6.hlim': integers(
    'Hop limit.',
    ofIpv6((frame, at) => frame[at + 7]!),
  ),
  'icmp.type': integers(
    'Type of the ICMP message.',
    ofHeaders([icmp], 4, (frame, at) => frame[at]!),
  ),
  'icmp.code': integers(
    'Code of the ICMP message.',
    ofHeaders([icmp], 4, (frame, at) => frame[at + 1]!),
  ),
  'icmpv6.type': integers(
    'Type of the ICMPv6 message.',
    ofHeaders([icmpv6], 4, (frame, at) => frame[at]!),
  ),
  'icmpv6.code': integers(
    'Code of the ICMPv6 message.',
    ofHeaders([icmpv6], 4, (frame, at) => frame[at + 1]!),
  ),
  'tcp.srcport': ports('Source port of TCP.', tcpPort(0)),
  'tcp.dstport': ports('Destination port of TCP.', tcpPort(2)),
  'tcp.port': shownAs(many(port('Both ports of TCP.')), either(tcpPort(0), tcpPort(2))),
  'tcp.stream': integers(
    'Number of the TCP stream.',
    ofTcp(({ flow }) => flow?.stream ?? ABSENT),
  ),
  'tcp.len': sizes(
    'Payload of the TCP segment.',
    ofTcp(({ payloadLength }) => payloadLength),
  ),
  'tcp.seq': integers('Sequence number, from the first of its side.', ofTcp(sequence)),
  'tcp.seq_raw': integers(
    'Sequence number as in the header.',
    ofTcp(({ tcpSeq }) => tcpSeq >>> 0),
  ),
  'tcp.ack': integers('Acknowledgment number, from the first of the other side.', ofTcp(acknowledgement)),
  'tcp.ack_raw': integers(
    'Acknowledgment number as in the header.',
    ofTcp(({ tcpAck }) => tcpAck >>> 0),
  ),
  'tcp.window_size': sizes('Window, scaled where its scale is known.', ofTcp(scaledWindow)),
  'tcp.window_size_value': integers(
    'Window as in the header.',
    ofTcp(({ tcpWindow }) => tcpWindow),
  ),
  'tcp.flags': integers(
    'Flags of TCP as a number.',
    ofTcp(({ tcpFlags }) => tcpFlags),
  ),
  'tcp.flags.fin': flags('FIN.', flagOfTcp(FIN)),
  'tcp.flags.syn': flags('SYN.', flagOfTcp(SYN)),
  'tcp.flags.reset': flags('RST.', flagOfTcp(RST)),
  'tcp.flags.push': flags('PSH.', flagOfTcp(PSH)),
  'tcp.flags.ack': flags('ACK.', flagOfTcp(ACK)),
  'tcp.flags.urg': flags('URG.', flagOfTcp(URG)),
  'tcp.flags.ece': flags('ECE.', flagOfTcp(ECE)),
  'tcp.flags.cwr': flags('CWR.', flagOfTcp(CWR)),
  'udp.srcport': ports('Source port of UDP.', udpPort(0)),
  'udp.dstport': ports('Destination port of UDP.', udpPort(2)),
  'udp.port': shownAs(many(port('Both ports of UDP.')), either(udpPort(0), udpPort(2))),
  'udp.stream': integers(
    'Number of the UDP stream.',
    once(({ transport, flow }) => (transport === UDP ? (flow?.stream ?? ABSENT) : ABSENT)),
  ),
  'udp.length': sizes(
    'Length of the UDP datagram, header included.',
    ofHeaders([udp], 8, (frame, at) => u16(frame, at + 4)),
  ),
};

/**
 * Fields of the messages of applications. One packet may hold several: records have the values of all, and a flag that
 * says whether one has it.
 */
const MESSAGE_FIELDS: Readonly<Record<string, DisplayField>> = {
  data: flags('Bytes that no protocol claims.', once(data)),
  'dns.id': all(integer('Id of the DNS message.'), ofDns.ofHeader(0)),
  'dns.flags': all(integer('Flags of the DNS message as a number.'), ofDns.ofHeader(2)),
  'dns.flags.response': flags('It is a response.', ofDns.ofFlags(0x8000, 15)),
  'dns.flags.opcode': all(integer('Kind of query: 0 is a standard one.'), ofDns.ofFlags(0x7800, 11)),
  'dns.flags.authoritative': flags('The server is an authority for the name.', ofDns.ofResponsesOfDns(0x400, 10)),
  'dns.flags.truncated': flags('The message was too long for its transport.', ofDns.ofFlags(0x200, 9)),
  'dns.flags.recdesired': flags('Recursion is desired.', ofDns.ofFlagsOfDns(0x100, 8)),
  'dns.flags.recavail': flags('The server does recursion.', ofDns.ofResponsesOfDns(0x80, 7)),
  'dns.flags.z': flags('The reserved bit.', ofDns.ofFlagsOfDns(0x40, 6)),
  'dns.flags.authenticated': flags('The server verified the answer (DNSSEC).', ofDns.authenticated),
  'dns.flags.checkdisable': flags('Unverified answers are acceptable.', ofDns.ofFlagsOfDns(0x10, 4)),
  'dns.flags.rcode': all(
    integer('Reply code of a response, four bits: 0 no error, 3 no such name.'),
    ofDns.ofResponses(15, 0),
  ),
  'dns.count.queries': all(integer('Questions, as the header says.'), ofDns.ofHeader(4)),
  'dns.count.answers': all(integer('Answers, as the header says.'), ofDns.ofHeader(6)),
  'dns.qry.name': all(text('Names that are asked for.'), ofDns.ofQuestions('name')),
  'dns.qry.type': all(integer('Types that are asked for: 1 is A, 28 AAAA.'), ofDns.ofQuestions('type')),
  http: flags(
    'A message of HTTP/1, or a part of one.',
    ofHeaders([http], 0, () => 1),
  ),
  'http.request': flags('A request.', ofHttp.requests),
  'http.request.method': all(
    text('Methods of requests.'),
    ofHttp.ofStartLine((one) => (one.request ? one.method : null)),
  ),
  'http.request.uri': all(
    text('Targets of requests.'),
    ofHttp.ofStartLine((one) => (one.request ? one.uri : null)),
  ),
  'http.request.version': all(
    text('Versions of requests.'),
    ofHttp.ofStartLine((one) => (one.request ? one.version : null)),
  ),
  'http.host': all(text('Values of Host.'), ofHttp.ofHeaderField('host')),
  'http.user_agent': all(text('Values of User-Agent.'), ofHttp.ofHeaderField('user-agent')),
  'http.referer': all(text('Values of Referer.'), ofHttp.ofHeaderField('referer')),
  'http.content_type': all(text('Values of Content-Type.'), ofHttp.ofHeaderField('content-type')),
  'http.server': all(text('Values of Server.'), ofHttp.ofHeaderField('server')),
  'http.location': all(text('Values of Location.'), ofHttp.ofHeaderField('location')),
  'http.response': flags('A response.', ofHttp.responses),
  'http.response.code': all(integer('Status codes of responses.'), ofHttp.statusCodes),
  'http.response.phrase': all(
    text('Reasons of responses.'),
    ofHttp.ofStartLine((one) => (one.request ? null : one.reason)),
  ),
  'http.response.version': all(
    text('Versions of responses.'),
    ofHttp.ofStartLine((one) => (one.request ? null : one.version)),
  ),
  'tls.handshake': flags('A handshake message of TLS, in clear or encrypted.', ofTls.handshakes),
  'tls.handshake.type': all(
    integer('Types of handshake messages in clear: 1 client hello, 2 server hello.'),
    ofTls.handshakeTypes,
  ),
  'tls.handshake.extensions_server_name': all(text('Servers named in the hellos of clients.'), ofTls.serverNames),
};

/** A display filter's fields, by Wireshark's names. */
export const DISPLAY_FIELDS: ReadonlyMap<string, DisplayField> = new Map(
  Object.entries({ ...HEADER_FIELDS, ...MESSAGE_FIELDS }),
);

const OF_FLOWS: ReadonlySet<string> = new Set(['tcp.stream', 'tcp.seq', 'tcp.ack', 'tcp.window_size', 'udp.stream']);

/** Whether the field needs what is remembered of the packets before. */
export const isOfFlows = (name: string): boolean => OF_FLOWS.has(name) || isOfMessages(name);

/** Whether the field is read from handshake messages, those that QUIC encrypts too. */
export const isOfHellos = (name: string): boolean => name.startsWith('tls.');

/** Whether the field needs what is behind the transport header. */
export const isOfMessages = (name: string): boolean => Object.hasOwn(MESSAGE_FIELDS, name);

function typeAt(frame: Uint8Array, at: number): number {
  const type = u16(frame, at);
  return type < FIRST_ETHER_TYPE ? ABSENT : type;
}

/** A length of 0 leaves it to the frame: segmentation is left to the network card. */
function ipLength(frame: Uint8Array, at: number, packet: Packet, layer: number): number {
  const length = u16(frame, at + 2);
  if (length !== 0) return length;
  return (frame === packet.frame ? packet.frameStart + packet.length : packet.layerEnd[layer]!) - at;
}
