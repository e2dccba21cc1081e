import { u16 } from '../../bytes.ts';
import { nameError } from '../../expert.ts';
import { hex } from '../../hex.ts';
import { END, NOT_MINE } from '../../outcome.ts';
import type { Packet } from '../../packet.ts';
import { type FieldWriter, type Protocol, protocol } from '../../protocol.ts';
import { eachPdu } from '../pdu.ts';
import { dnsRcodeName, dnsTypeName } from './dns-codes.ts';
import { DNS_HEADER, isDnsRcode, isDnsResponse } from './dns-header.ts';
import { readDnsMessage } from './dns-message.ts';

// RFC 1035, 4. RFC 6762 (multicast) and RFC 4795 (link-local) use the same messages on ports of their own.
const RESPONSE = 0x8000;
const OPCODE = 0x7800;
const NXDOMAIN = 3;
/** Limits for a message on a port that no protocol claims: answers, and authorities or additional records. */
const MOST_ANSWERS = 100;
const MOST_RECORDS = 10;
const OPCODES = [
  'Standard query',
  'Inverse query',
  'Server status request',
  'Opcode 3',
  'Zone change notification',
  'Dynamic update',
];

/** A protocol that speaks DNS messages: DNS itself and its relatives. */
function dnsLike(
  name: string,
  title: string,
  about: string,
  udpPorts: readonly number[],
  tcpPorts: readonly number[],
): Protocol {
  const push = (packet: Packet, start: number, end: number): void => {
    const { offset, end: whole, reportedEnd } = packet;
    packet.offset = start;
    if (end < whole) packet.reportedEnd = end; // what follows is another message
    packet.end = end;
    packet.push(self.id);
    if (end - start < DNS_HEADER) packet.short();
    else {
      packet.message(self.id, start, end);
      if (isDnsResponse(packet.bytes, start) && isDnsRcode(packet.bytes, start, end, NXDOMAIN)) {
        packet.expert(nameError.number);
      }
    }
    packet.offset = offset;
    packet.end = whole;
    packet.reportedEnd = reportedEnd;
  };
  const pdu = (packet: Packet, start: number, end: number): void => push(packet, start + 2, end);
  const self: Protocol = protocol({
    name,
    title,
    about,
    udpPorts,
    carriedBy: ['http', 'http2', 'socks', 'tls'],
    ...(name === 'dns' && { datagramLooksLike: looksLikeDns }),
    ...(tcpPorts.length > 0 && {
      tcpPorts,
      segment(packet: Packet): boolean {
        eachPdu(packet, 2, (bytes, offset) => 2 + u16(bytes, offset), pdu);
        return true;
      },
    }),
    datagram(packet: Packet): number {
      if (packet.end === packet.offset) return NOT_MINE;
      push(packet, packet.offset, packet.end);
      return END;
    },
    info,
    fields,
  });
  return self;
}

/**
 * As in Wireshark: a standard query with one question and nothing else but additional records, or a response to one, with
 * no more records than servers send.
 */
function looksLikeDns({ bytes, offset, end }: Packet): boolean {
  if (end - offset <= DNS_HEADER) return false;
  const flags = u16(bytes, offset + 2);
  const questions = u16(bytes, offset + 4);
  const answers = u16(bytes, offset + 6);
  const authorities = u16(bytes, offset + 8);
  if ((flags & OPCODE) !== 0 || u16(bytes, offset + 10) > MOST_RECORDS) return false;
  if ((flags & RESPONSE) === 0) return questions === 1 && answers === 0 && authorities === 0;
  return questions <= 1 && answers <= MOST_ANSWERS && authorities <= MOST_RECORDS;
}

function info(packet: Packet, layer: number): string {
  const bytes = packet.layerBytes[layer]!;
  const message = readDnsMessage(bytes, packet.layerStart[layer]!, packet.layerEnd[layer]!);
  if (message === null) return 'DNS message too short';
  const kind = OPCODES[message.opcode] ?? `Opcode ${message.opcode}`;
  const question = message.name === null ? '' : `${typeText(message.type)} ${message.name}`;
  const answers = message.answers.map(({ type, value }) => ` ${dnsTypeName(type)} ${value}`).join('');
  const failed = message.response && message.rcode !== 0 ? ` ${dnsRcodeName(message.rcode)}` : '';
  return `${kind}${message.response ? ' response' : ''} ${hex(message.id, 4)}${failed}${question}${answers}`;
}

const typeText = (type: number | null): string => (type === null ? '' : ` ${dnsTypeName(type)}`);

function fields(packet: Packet, layer: number, out: FieldWriter): void {
  const bytes = packet.layerBytes[layer]!;
  const message = readDnsMessage(bytes, packet.layerStart[layer]!, packet.layerEnd[layer]!);
  if (message === null) return;
  out.field('Transaction ID', hex(message.id, 4));
  out.field('Response', message.response);
  out.field('Opcode', OPCODES[message.opcode] ?? message.opcode);
  if (message.response) out.field('Reply code', dnsRcodeName(message.rcode));
  if (message.name !== null) {
    const type = message.type === null ? '' : `: type ${dnsTypeName(message.type)}`;
    out.field('Query', `${message.name}${type}`);
  }
  for (const { name, type, ttl, value } of message.answers) {
    out.field('Answer', `${name}: type ${dnsTypeName(type)}, TTL ${ttl}, ${value}`);
  }
}

/** As in Wireshark, what is said over TCP on the port of multicast DNS is DNS: nobody multicasts there. */
export const dns = dnsLike('dns', 'DNS', 'Domain Name System', [53], [53, 5353]);
export const mdns = dnsLike('mdns', 'MDNS', 'Multicast Domain Name System', [5353], []);
export const llmnr = dnsLike('llmnr', 'LLMNR', 'Link-local Multicast Name Resolution', [5355], [5355]);
