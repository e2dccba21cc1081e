import { expect, test } from 'vitest';
import type { Packet } from '../../../src/core/wire/packet.ts';
import * as texts from '../../../src/core/wire/packet-text.ts';
import { ACK, FIN, RST } from '../../../src/core/wire/tcp-flags.ts';
import {
  ascii,
  ethernet,
  ethernet8023,
  type Ipv4Options,
  ipv4,
  ipv6,
  type Octets,
  octets,
  tcp,
  udp,
} from '../../support/headers.ts';
import { TcpConversation } from '../../support/tcp-conversation.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { tsharkFields } from '../../support/tshark.ts';
import { dissectFrame } from '../../support/wire.ts';

const { destinationText, expertsOf, infoOf, LONGEST_TEXT, layersOf, severityOf, sourceText, topLayer } = texts;

const hexOf = (bytes: Octets): string => Buffer.from(bytes).toString('hex');
const arp = (operation: number, sender: string, target: string): number[] =>
  ethernet(0x0806, octets(`0001 0800 06 04 000${operation} 020000000001 ${sender} 000000000000 ${target}`));
const onIp = (protocol: number, payload: Octets, given?: Ipv4Options): number[] =>
  ethernet(0x0800, ipv4(protocol, payload, given));
const icmp = (text: string): number[] => onIp(1, octets(text));
const icmpv6 = (text: string): number[] => ethernet(0x86dd, ipv6(58, octets(text)));
const syn = (to: number, options: string): number[] => onIp(6, tcp({ to, flags: 2, options: octets(options) }));
const QUOTED = hexOf(ipv4(17, udp(40_000, 53, [], 20), { total: 40 }));
const QUOTED_6 = hexOf(ipv6(17, udp(1, 2, [])));
const SPANNING_TREE = octets(
  '424203 0000 00 00 00 8000020000000001 00000000 8000020000000001 8001 0000 1400 0200 0f00',
);

/** What tshark says of frames. */
const SAME: [text: string, frame: Octets][] = [
  ['Who has 10.0.0.2? Tell 10.0.0.1', arp(1, '0a000001', '0a000002')],
  ['Who has 10.0.0.2? (ARP Probe)', arp(1, '00000000', '0a000002')],
  ['ARP Announcement for 10.0.0.1', arp(1, '0a000001', '0a000001')],
  ['10.0.0.1 is at 02:00:00:00:00:01', arp(2, '0a000001', '0a000002')],
  ['Destination unreachable (Port unreachable)', icmp(`0303 0000 00000000 ${QUOTED}`)],
  ['Destination unreachable (Host administratively prohibited)', icmp(`030a 0000 00000000 ${QUOTED}`)],
  ['Time-to-live exceeded (Time to live exceeded in transit)', icmp(`0b00 0000 00000000 ${QUOTED}`)],
  ['Destination Unreachable (Port unreachable)', icmpv6(`0104 0000 00000000 ${QUOTED_6}`)],
  ['Time Exceeded (hop limit exceeded in transit)', icmpv6(`0300 0000 00000000 ${QUOTED_6}`)],
  ['Packet Too Big', icmpv6(`0200 0000 00000500 ${QUOTED_6}`)],
  ['Router Solicitation', icmpv6('8500 0000 00000000')],
  ['Router Advertisement', icmpv6('8600 0000 40 00 0708 00000000 00000000')],
  ['Neighbor Solicitation for 2001:db8::2', icmpv6('8700 0000 00000000 20010db8000000000000000000000002')],
  ['Fragmented IP protocol (proto=UDP 17, off=8, ID=0001)', onIp(17, [1, 2, 3], { id: 1, offset: 8 })],
  ['ESP (SPI=0x00000001)', onIp(50, octets('00000001 00000001 0102030405060708'))],
  ['40000 → 9999 [SYN] Seq=0 Win=8192 Len=0 MSS=1460', syn(9999, '020405b4')],
  [
    '40000 → 9998 [SYN] Seq=0 Win=8192 Len=0 MSS=1460 SACK_PERM TSval=1 TSecr=0 WS=128',
    syn(9998, '020405b4 0402 080a 00000001 00000000 01 030307'),
  ],
  ['40000 → 9997 [ACK] Seq=1 Ack=1 Win=8192 Len=0', onIp(6, tcp({ to: 9997, seq: 1, ack: 1 }))],
  ['40000 → 40001 Len=5', onIp(17, udp(40_000, 40_001, ascii('hello')))],
  ['Conf. Root = 32768/0/02:00:00:00:00:01  Cost = 0  Port = 0x8001', ethernet8023(SPANNING_TREE)],
  ['Active Discovery Initiation (PADI)', ethernet(0x8863, octets('11 09 0001 0004 0101 0000'))],
  ['Start', ethernet(0x888e, octets('01 01 0000'))],
];

test.each(SAME)('%s', (text, frame) => expect(infoOf(dissectFrame(Uint8Array.from(frame)))).toBe(text));

test.skipIf(toolIsMissing('tshark'))('tshark says the same', () => {
  const frames = SAME.map(([, frame]) => ({ bytes: Uint8Array.from(frame) }));
  expect(tsharkFields(frames, ['_ws.col.Info'])).toEqual(SAME.map(([text]) => text));
});

const read = (frame: Octets, linkType = 1): Packet => dissectFrame(Uint8Array.from(frame), linkType);
const ERROR = icmp(`0303 0000 00000000 ${QUOTED}`);

test('quoted headers are not among the layers, nor what is on top', () => {
  const packet = read(ERROR);
  expect(layersOf(packet)).toEqual(['eth', 'ip', 'icmp']);
  expect([topLayer(packet), packet.layerCount]).toEqual([2, 5]);
});

test('a frame that nobody can read has no text', () => {
  const packet = read([1, 2, 3], 200);
  expect([topLayer(packet), infoOf(packet), layersOf(packet), sourceText(packet)]).toEqual([-1, '', [], null]);
});

test('messages of one protocol that share a packet are joined; segments say nothing', () => {
  const connection = new TcpConversation(80);
  connection.client('GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n');
  expect(infoOf(connection.packet)).toBe('GET /a HTTP/1.1, GET /b HTTP/1.1');
  connection.client('GET /c HTTP/1.1\r\n');
  connection.client('\r\n');
  expect(layersOf(connection.packet)).toEqual(['eth', 'ip', 'tcp', 'http', 'tcp.segments']);
  expect(infoOf(connection.packet)).toBe('GET /c HTTP/1.1');
});

test('texts are bounded, and tell of damage', () => {
  const connection = new TcpConversation(80);
  connection.client(`GET /${'x'.repeat(9000)} HTTP/1.1\r\n\r\n`);
  expect(infoOf(connection.packet).length).toBeLessThanOrEqual(LONGEST_TEXT);
  const bytes = onIp(17, udp(1, 2, []));
  expect(infoOf(read(bytes.slice(0, 36)))).toMatch(/ \[Malformed Packet\]$/);
  const cut = dissectFrame(Uint8Array.from(bytes.slice(0, 36)), 1, undefined, { length: bytes.length });
  expect(infoOf(cut)).toMatch(/ \[Packet cut by the capture\]$/);
});

const WLAN = octets('0802 0000 020000000002 020000000001 020000000003 1000');

test.each([
  ['of IP', onIp(17, udp(1, 2, [])), 1, '10.0.0.1', '10.0.0.2'],
  ['of IPv6', ethernet(0x86dd, ipv6(17, udp(1, 2, []))), 1, '2001:db8::1', '2001:db8::2'],
  ['of Ethernet', arp(1, '0a000001', '0a000002'), 1, '02:00:00:00:00:01', '02:00:00:00:00:02'],
  ['of 802.11', WLAN, 105, '02:00:00:00:00:03', '02:00:00:00:00:02'],
  ['of Ethernet, cut', [2, 0, 0, 0, 0, 2, 2], 1, null, '02:00:00:00:00:02'],
])('addresses %s', (_, frame, linkType, source, destination) => {
  const packet = read(frame, linkType);
  expect([sourceText(packet), destinationText(packet)]).toEqual([source, destination]);
});

test('the gravest of the expert items', () => {
  const connection = new TcpConversation(9999);
  connection.client('abc');
  expect([severityOf(connection.packet), expertsOf(connection.packet)]).toEqual([null, []]);
  connection.client('', ACK | FIN);
  expect([severityOf(connection.packet), expertsOf(connection.packet)]).toEqual(['chat', ['tcp.connection.fin']]);
  connection.client('', ACK | RST | FIN);
  expect(severityOf(connection.packet)).toBe('error');
  expect(expertsOf(connection.packet)).toEqual(expect.arrayContaining(['tcp.connection.rst', 'tcp.connection.fin']));
  expect(severityOf(read(ERROR))).toBe('warn');
});
