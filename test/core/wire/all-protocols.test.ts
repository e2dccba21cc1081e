import { expect, test } from 'vitest';
import { ALL_PROTOCOLS, REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { ascii, ethernet, ethernet8023, ipv4, ipv6, octets, tcp, u16, udp } from '../../support/headers.ts';
import { type LayerSample, testLayers, testLayersWithTshark } from '../../support/layer-samples.ts';

const UDP = udp(40_000, 40_001, ascii('hello'));
const IP = ipv4(17, UDP);
const IPV6 = ipv6(17, UDP);
const FRAME = ethernet(0x0800, IP);
const SNAP_IP = [...octets('aaaa03 000000 0800'), ...IP];
const onIp = (protocol: number, payload: readonly number[]): number[] => ethernet(0x0800, ipv4(protocol, payload));
const onUdp = (port: number, payload: readonly number[]): number[] => onIp(17, udp(40_000, port, payload));
const PPPOE = (code: number, payload: readonly number[]): number[] => [
  ...[0x11, code, 0, 1, ...u16(payload.length)],
  ...payload,
];
const ARP = octets('0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002');
const WLAN = octets('0802 0000 020000000002 020000000001 020000000003 1000'); // data from the distribution system
const BEACON = octets('8000 0000 ffffffffffff 020000000001 020000000001 1000 0000000000000000 6400 0104 0001 61');
const PKTAP = [...octets('6c000000 01000000 01000000'), ...ascii('en0'), ...new Array<number>(108 - 15).fill(0)];
const NFLOG_HEADER = octets('02 00 0000  0500 0a00 61000000'); // IPv4, a prefix "a"
const RECONFIGURATION = octets('0000 00 00 00 8000020000000001 00000000 8000020000000001 8001 0000 1400 0200 0f00');

const SAMPLES: LayerSample[] = [
  ['Ethernet, a type nobody claims', 'eth', ethernet(0x1234, [1, 2, 3])],
  ['UDP', 'eth/ip/udp', FRAME],
  ['TCP', 'eth/ip/tcp', onIp(6, tcp({}))],
  ['IPv4 options', 'eth/ip/udp', ethernet(0x0800, ipv4(17, UDP, { options: octets('94040000') }))],
  ['VLAN', 'eth/vlan/ip/udp', ethernet(0x8100, [...octets('2005 0800'), ...IP])],
  ['QinQ', 'eth/ieee8021ad/vlan/ip/udp', ethernet(0x88a8, [...octets('0001 8100 0002 0800'), ...IP])],
  ['two VLAN tags', 'eth/vlan/vlan/ipv6/udp', ethernet(0x8100, [...octets('0001 8100 0002 86dd'), ...IPV6])],
  ['VLAN before 802.2', 'eth/vlan/llc/stp', ethernet(0x8100, [...octets('0001 0026 424203'), ...RECONFIGURATION])],
  [
    'backbone tag',
    'eth/ieee8021ah/ip/udp',
    ethernet(0x88e7, [...octets('00000007 020000000004 020000000003 0800'), ...IP]),
  ],
  ['STP', 'eth/llc/stp', ethernet8023([...octets('424203'), ...RECONFIGURATION])],
  ['SNAP', 'eth/llc/ip/udp', ethernet8023(SNAP_IP)],
  ['IP on its 802.2 service access point', 'eth/llc/ip/udp', ethernet8023([...octets('060603'), ...IP])],
  ['CDP', 'eth/llc/cdp', ethernet8023(octets('aaaa03 00000c 2000  02 b4 0000  0001 0006 7331  0003 0009 457468302f'))],
  ['LLDP', 'eth/lldp', ethernet(0x88cc, octets('0207 04 020000000001 0403 05 6530 0602 0078 0000'))],
  ['802.1X', 'eth/eapol', ethernet(0x888e, octets('01 01 0000'))],
  ['ARP', 'eth/arp', ethernet(0x0806, ARP)],
  ['reverse ARP', 'eth/arp', ethernet(0x8035, ARP)],
  ['MPLS', 'eth/mpls/mpls/ip/udp', ethernet(0x8847, [...octets('00010040 00020140'), ...IP])],
  ['MPLS before IPv6', 'eth/mpls/ipv6/udp', ethernet(0x8847, [...octets('00020140'), ...IPV6])],
  ['PPPoE discovery', 'eth/pppoed', ethernet(0x8863, PPPOE(9, octets('0101 0000')))],
  ['PPPoE session', 'eth/pppoes/ppp/ip/udp', ethernet(0x8864, PPPOE(0, [0, 0x21, ...IP]))],
  ['PPP with framing', 'ppp/ip/udp', [0xff, 3, 0, 0x21, ...IP], 50],
  ['PPP, its protocol in one byte', 'ppp/ip/udp', [0x21, ...IP], 9],
  ['PPP before IPv6', 'ppp/ipv6/udp', [0xff, 3, 0, 0x57, ...IPV6], 9],
  ['raw IPv4', 'raw/ip/udp', IP, 101],
  ['raw IPv6', 'raw/ipv6/udp', IPV6, 101],
  ['IPv4 as link', 'ip/udp', IP, 228],
  ['IPv6 as link', 'ipv6/udp', IPV6, 229],
  ['BSD loopback, little-endian', 'null/ip/udp', [2, 0, 0, 0, ...IP], 0],
  ['BSD loopback, big-endian', 'null/ip/udp', [0, 0, 0, 2, ...IP], 0],
  ['Cisco HDLC', 'chdlc/ip/udp', [...octets('0f00 0800'), ...IP], 104],
  ['Cisco HDLC in a file of PPP', 'chdlc/ip/udp', [...octets('0f00 0800'), ...IP], 9],
  ['a security group tag', 'eth/cmd/ip/udp', ethernet(0x8909, [...octets('01 01 0001 0002 0800'), ...IP])],
  ['FDDI', 'fddi/llc/ip/udp', [0x50, ...octets('020000000001 020000000002'), ...SNAP_IP], 10],
  ['FDDI, no 802.2 header', 'fddi', [0xc0, ...octets('020000000001 020000000002 00')], 10],
  ['ARCNET, RFC 1051', 'arcnet/ip/udp', [...octets('0102 0000 f0'), ...IP], 129],
  ['ARCNET, RFC 1201', 'arcnet/ip/udp', [...octets('0102 0000 d4 00 0001'), ...IP], 129],
  ['ARCNET, RFC 1201, an exception', 'arcnet/ip/udp', [...octets('0102 d4 ff d4 ff ff 00 0001'), ...IP], 7],
  ['PPI', 'ppi/raw/ip/udp', [...octets('00 00 0800 0c000000'), ...IP], 192],
  [
    'PPI, 802.11, a checksum at the end',
    'ppi/wlan_radio/wlan/llc/ip/udp',
    [
      ...octets('00 00 2000 69000000  0200 1400 0000000000000000 0100 0200 6c09 a000 00 00 be b5'),
      ...WLAN,
      ...SNAP_IP,
      ...octets('01020304'),
    ],
    192,
  ],
  ['OpenBSD loopback', 'null/ip/udp', [0, 0, 0, 2, ...IP], 108],
  ['loopback, a family in two bytes', 'null/ip/udp', [0, 0, 2, 0, ...IP], 0],
  ['loopback, a type of Ethernet', 'null/ip/udp', [0x0f, 0, 8, 0, ...IP], 0],
  ['macOS loopback, IPv6', 'null/ipv6/udp', [30, 0, 0, 0, ...IPV6], 0],
  ['Linux cooked', 'sll/ip/udp', [...octets('0000 0001 0006 020000000001 0000 0800'), ...IP], 113],
  ['Linux cooked, version 2', 'sll/ip/udp', [...octets('0800 0000 00000002 0001 00 06 0200000000010000'), ...IP], 276],
  ['netfilter log', 'ip/udp', [...NFLOG_HEADER, ...octets('2500 0900'), ...IP, 0, 0, 0], 239],
  ['802.11', 'wlan/llc/ip/udp', [...WLAN, ...SNAP_IP], 105],
  ['802.11, a beacon', 'wlan/wlan.mgt', BEACON, 105],
  ['802.11, an acknowledgement', 'wlan', octets('d400 0000 020000000001'), 105],
  ['802.11, encrypted', 'wlan', [...WLAN.with(1, 0x42), ...octets('01020320 00000000'), ...SNAP_IP], 105],
  ['802.11, with quality of service', 'wlan/llc/ip/udp', [...WLAN.with(0, 0x88), 0, 0, ...SNAP_IP], 105],
  [
    '802.11, between access points',
    'wlan/llc/ip/udp',
    [...WLAN.with(1, 3), ...octets('020000000004'), ...SNAP_IP],
    105,
  ],
  ['PKTAP of macOS', 'pktap/eth/ip/udp', [...PKTAP, ...FRAME], 258],
  ['radiotap', 'radiotap/wlan_radio/wlan/llc/ip/udp', [...octets('00 00 0900 02000000 00'), ...WLAN, ...SNAP_IP], 127],
  ['IPv6', 'eth/ipv6/udp', ethernet(0x86dd, IPV6)],
  ['ICMP', 'eth/ip/icmp', onIp(1, octets('0800 f7fe 0001 0000'))],
  ['ICMPv6', 'eth/ipv6/icmpv6', ethernet(0x86dd, ipv6(58, octets('8000 0000 0001 0000')))],
  ['IGMP', 'eth/ip/igmp', onIp(2, octets('1600 0904 e0000001'))],
  ['IP in IP', 'eth/ip/ip/udp', onIp(4, IP)],
  ['IPv6 in IP', 'eth/ip/ipv6/udp', onIp(41, IPV6)],
  ['IP in IPv6', 'eth/ipv6/ip/udp', ethernet(0x86dd, ipv6(4, IP))],
  ['GRE', 'eth/ip/gre/ip/udp', onIp(47, [...octets('0000 0800'), ...IP])],
  ['GRE with key and sequence', 'eth/ip/gre/ip/udp', onIp(47, [...octets('3000 0800 00000007 00000001'), ...IP])],
  ['GRE with checksum', 'eth/ip/gre/ipv6/udp', onIp(47, [...octets('8000 86dd 0000 0000'), ...IPV6])],
  ['GRE before Ethernet', 'eth/ip/gre/eth/ip/udp', onIp(47, [...octets('0000 6558'), ...FRAME])],
  [
    'PPTP',
    'eth/ip/gre/ppp/ip/udp',
    onIp(47, [...octets('3081 880b'), ...u16(4 + IP.length), ...octets('0007 00000001 00000002 ff03 0021'), ...IP]),
  ],
  ['ERSPAN type I', 'eth/ip/gre/erspan/eth/ip/udp', onIp(47, [...octets('0000 88be'), ...FRAME])],
  [
    'ERSPAN type II',
    'eth/ip/gre/erspan/eth/ip/udp',
    onIp(47, [...octets('1000 88be 00000001 10010005 00000000'), ...FRAME]),
  ],
  [
    'ERSPAN type III',
    'eth/ip/gre/erspan/eth/ip/udp',
    onIp(47, [...octets('1000 22eb 00000001 20010005 00000000 00000000'), ...FRAME]),
  ],
  ['AH', 'eth/ip/ah/udp', onIp(51, [...octets('1104 0000 00000001 00000001 000000000000000000000000'), ...UDP])],
  ['ESP', 'eth/ip/esp', onIp(50, octets('00000001 00000001 0102030405060708 090a0b0c0d0e0f00'))],
  ['L2TP', 'eth/ip/udp/l2tp/ppp/ip/udp', onUdp(1701, [...octets('0002 0001 0002 ff03 0021'), ...IP])],
  [
    'L2TP, all its options',
    'eth/ip/udp/l2tp/ppp/ip/udp',
    onUdp(1701, [
      ...octets('4a02'),
      ...u16(IP.length + 20),
      ...octets('0001 0002 0003 0004 0002 0000 ff03 0021'),
      ...IP,
    ]),
  ],
  ['L2TP, control', 'eth/ip/udp/l2tp', onUdp(1701, octets('c802 000c 0001 0000 0002 0001'))],
  ['VXLAN', 'eth/ip/udp/vxlan/eth/ip/udp', onUdp(4789, [...octets('08000000 00000700'), ...FRAME])],
  ['VXLAN-GPE', 'eth/ip/udp/vxlan/ip/udp', onUdp(4790, [...octets('0c000001 00000700'), ...IP])],
  ['Geneve', 'eth/ip/udp/geneve/eth/ip/udp', onUdp(6081, [...octets('0000 6558 00000700'), ...FRAME])],
  ['Geneve, an option', 'eth/ip/udp/geneve/ip/udp', onUdp(6081, [...octets('0100 0800 00000700 01020300'), ...IP])],
  ['GTP', 'eth/ip/udp/gtp/ip/udp', onUdp(2152, [0x30, 255, ...u16(IP.length), 0, 0, 0, 1, ...IP])],
  ['GTP echo', 'eth/ip/udp/gtp', onUdp(2152, octets('3201 0004 00000000 00010000'))],
  ['no message of GTP', 'eth/ip/udp', onUdp(2152, octets('3000 0004 00000000 00010000'))],
  ['GTP Prime', 'eth/ip/udp/gtpprime', onUdp(3386, octets('0e01 0000 0001'))],
  ['no message of GTP Prime', 'eth/ip/udp', onUdp(3386, octets('2700 0000 02590000'))],
  ['GTPv2', 'eth/ip/udp/gtpv2', onUdp(2123, octets('4001 0004 00000100'))],
  ['Teredo', 'eth/ip/udp/teredo/ipv6/udp', onUdp(3544, IPV6)],
  ['Teredo, an origin', 'eth/ip/udp/teredo/ipv6/udp', onUdp(3544, [...octets('0000 63bf f5fffffe'), ...IPV6])],
  ['ESP in UDP', 'eth/ip/udp/udpencap/esp', onUdp(4500, octets('00000001 00000001 0102030405060708'))],
  ['ESP in UDP, keep-alive', 'eth/ip/udp/udpencap', onUdp(4500, [0xff])],
  ['MPLS in UDP', 'eth/ip/udp/mpls/ip/udp', onUdp(6635, [...octets('00010140'), ...IP])],
  ['SCTP', 'eth/ip/sctp', onIp(132, octets('0bb8 0bb9 00000001 00000000 04000008 00010004'))],
  ['PIM 1', 'eth/ip/pim', onIp(2, octets('1404 ebfb 10000000 e0000101 00000000'))],
  ['PIM', 'eth/ip/pim', onIp(103, octets('2000 deff 0001 0002 0069'))],
  [
    'OSPF',
    'eth/ip/ospf',
    onIp(
      89,
      octets('0201 002c 01010101 00000000 0000 0000 0000000000000000 ffffff00 000a 02 01 00000028 0a000001 00000000'),
    ),
  ],
  ['VRRP', 'eth/ip/vrrp', onIp(112, octets('21 01 64 01 00 01 0000 0a000001 0000000000000000'))],
  ['EIGRP', 'eth/ip/eigrp', onIp(88, octets('0205 0000 00000000 00000000 00000000 00000001'))],
  ['DCCP', 'eth/ip/dccp', onIp(33, octets('9c40 9c41 04 00 0000 00 000001 00000000'))],
  ['L2TPv3', 'eth/ip/l2tp', onIp(115, octets('00000001 00000000'))],
  ['RSVP', 'eth/ip/rsvp', onIp(46, octets('1014 0000 ff00 0014 000c 1601 00000001 00000000'))],
];

testLayers(SAMPLES, 'all-protocols');
testLayersWithTshark(SAMPLES);

test('names are told once, and ids fit in a byte', () => {
  expect(REGISTRY.byName.size).toBe(ALL_PROTOCOLS.length);
  expect(Math.max(...ALL_PROTOCOLS.map(({ id }) => id))).toBeLessThan(256);
  expect(new Set(ALL_PROTOCOLS.map(({ id }) => id)).size).toBe(ALL_PROTOCOLS.length);
});
