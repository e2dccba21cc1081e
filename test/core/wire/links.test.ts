import { expect, test } from 'vitest';
import { destinationText, sourceText } from '../../../src/core/wire/packet-text.ts';
import { ascii, ethernet, ipv4, ipv6, type Octets, octets, u16, u32, udp, zeros } from '../../support/headers.ts';
import { type LayerSample, testLayers, testLayersWithTshark } from '../../support/layer-samples.ts';
import { decoded, dissectFrame, pathOf, print } from '../../support/wire.ts';

const UDP = udp(40_000, 40_001, ascii('hello'));
const IP = ipv4(17, UDP);
const IPV6 = ipv6(17, UDP);
const FRAME = ethernet(0x0800, IP);
const MACS = FRAME.slice(0, 12);
const SNAP_IP = [...octets('aaaa03 000000 0800'), ...IP];
const WLAN = [...octets('0802 0000 020000000002 020000000001 020000000003 1000'), ...SNAP_IP];
const RADIOTAP = [...octets('00 00 0900 02000000 00'), ...WLAN];
const FRAME_RELAY = [...octets('1841 03 00 80 000000 0800'), ...IP];

const SENDER = octets('020000000001');
const ARP = octets('0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002');

/** Linux cooked captures: both versions of the header. */
const sll = (hardware: number, type: number, payload: Octets): number[] => [
  ...[0, 0, ...u16(hardware), 0, 6, ...zeros(8), ...u16(type)],
  ...payload,
];
const sll2 = (hardware: number, type: number, payload: Octets): number[] => [
  ...[...u16(type), 0, 0, 0, 0, 0, 2, ...u16(hardware), 0, 6, ...zeros(8)],
  ...payload,
];
/** In the order of a machine that begins with the least byte. */
const message = (type: number, length = 20): number[] => [
  ...[length, 0, 0, 0, type, 0, 1, 3, 1, 0, 0, 0, 0, 0, 0, 0],
  ...zeros(length - 16),
];
const BIG_ENDIAN = [...u32(20), ...octets('0014 0301 00000001 00000000 00000000')];

/** What ARPHRD says of a cooked capture, in both versions. */
const cooked = (name: string, path: string, hardware: number, type: number, payload: Octets): LayerSample[] => [
  [name, `sll/${path}`, sll(hardware, type, payload), 113],
  [`${name}, version 2`, `sll/${path}`, sll2(hardware, type, payload), 276],
];

const prism = (code: Octets, length: Octets): number[] => [
  ...[...code, ...length, ...ascii('wlan0'), ...zeros(11 + 120)],
  ...WLAN,
];
const AVS = [...octets('80211001 00000040'), ...zeros(56), ...WLAN];
const ipnet = (family: number, packet: Octets): number[] => [
  ...[1, family, 0, 0, ...u32(packet.length), ...u32(1), ...u32(2), ...u32(3), ...u32(4)],
  ...packet,
];

const SAMPLES: LayerSample[] = [
  ...cooked('loopback', 'ip/udp', 772, 0x0800, IP),
  ...cooked('a tunnel without link addresses', 'ipv6/udp', 0xfffe, 0x86dd, IPV6),
  ...cooked('GRE, an Ethernet type', 'ip/udp', 778, 0x0800, IP),
  ...cooked('GRE, IPv6', 'ipv6/udp', 778, 0x86dd, IPV6),
  ...cooked('GRE, a frame', 'eth/ip/udp', 778, 0x6558, FRAME),
  ...cooked('GRE, PPP', 'ppp/ip/udp', 778, 0x880b, [...octets('ff03 0021'), ...IP]),
  ...cooked('GRE, WCCP', 'ip/udp', 778, 0x883e, IP),
  ...cooked('radiotap', 'radiotap/wlan_radio/wlan/llc/ip/udp', 803, 4, RADIOTAP),
  ...cooked('frame relay', 'fr/ip/udp', 770, 0, FRAME_RELAY),
  ...cooked('802.2', 'llc/ip/udp', 1, 4, SNAP_IP),
  ...cooked('PPP', 'ppp/ip/udp', 512, 7, [...octets('ff03 0021'), ...IP]),
  ['netlink, routes', 'netlink/netlink-route', sll(824, 0, message(18, 32)), 113],
  ['netlink, sockets', 'netlink/netlink-sock_diag', sll(824, 4, message(20)), 113],
  ['netlink, sockets, big-endian', 'netlink/netlink-sock_diag', sll(824, 4, BIG_ENDIAN), 113],
  ['netlink, the packet filter', 'netlink/netlink-netfilter', sll(824, 12, message(20)), 113],
  ['netlink, generic', 'netlink/genl', sll(824, 16, message(20)), 113],
  ['netlink as link', 'netlink/netlink-route', sll(824, 0, message(18, 32)), 253],
  ['frame relay, Cisco', 'fr/ip/udp', [...octets('1841 0800'), ...IP], 107],
  ['frame relay, Cisco, IPv6', 'fr/ipv6/udp', [...octets('1841 86dd'), ...IPV6], 107],
  ['frame relay, Cisco, a frame', 'fr/eth/ip/udp', [...octets('1841 6558'), ...FRAME], 107],
  ['frame relay, RFC 2427', 'fr/ip/udp', [...octets('1841 03 cc'), ...IP], 107],
  ['frame relay, RFC 2427, IPv6', 'fr/ipv6/udp', [...octets('1841 03 8e'), ...IPV6], 107],
  ['frame relay, SNAP', 'fr/ip/udp', FRAME_RELAY, 107],
  ['frame relay, SNAP without padding', 'fr/ip/udp', [...octets('1841 03 80 000000 0800'), ...IP], 107],
  ['frame relay, a bridged frame', 'fr/eth/ip/udp', [...octets('1841 03 00 80 0080c2 0007'), ...FRAME], 107],
  ['frame relay, an address of three bytes', 'fr/ip/udp', [...octets('184201 0800'), ...IP], 107],
  ['frame relay, an address of four bytes', 'fr/ip/udp', [...octets('18404001 03 cc'), ...IP], 107],
  ['frame relay, PPP', 'fr/ppp/ip/udp', [...octets('1841 03 cf 0021'), ...IP], 107],
  ['Prism', 'prism/wlan_radio/wlan/llc/ip/udp', prism([0x44, 0, 0, 0], [144, 0, 0, 0]), 119],
  ['Prism, big-endian', 'prism/wlan_radio/wlan/llc/ip/udp', prism([0, 0, 0, 0x44], [0, 0, 0, 144]), 119],
  ['Prism, its other code', 'prism/wlan_radio/wlan/llc/ip/udp', prism([0x41, 0, 0, 0], [144, 0, 0, 0]), 119],
  ['Prism, no header', 'wlan/llc/ip/udp', WLAN, 119],
  ['AVS in a file of Prism', 'wlancap/wlan_radio/wlan/llc/ip/udp', AVS, 119],
  ['AVS', 'wlancap/wlan_radio/wlan/llc/ip/udp', AVS, 163],
  ['ipnet', 'ipnet/ip/udp', ipnet(2, IP), 226],
  ['ipnet, IPv6', 'ipnet/ipv6/udp', ipnet(26, IPV6), 226],
  ['ipnet, another family', 'ipnet', ipnet(0, IP), 226],
  ['InfiniBand', 'ipoib/ip/udp', [...zeros(40), ...octets('0800 0000'), ...IP], 242],
  ['InfiniBand, IPv6', 'ipoib/ipv6/udp', [...zeros(40), ...octets('86dd 0000'), ...IPV6], 242],
];

/** What tshark 4.0 does not read, reads otherwise than tcpdump.org/linktypes says, or shows among texts. */
const ALONE: LayerSample[] = [
  ...cooked('radiotap, whatever the protocol', 'radiotap/wlan_radio/wlan/llc/ip/udp', 803, 0x0800, RADIOTAP),
  ...cooked('frame relay, whatever the protocol', 'fr/ip/udp', 770, 0x0800, FRAME_RELAY),
  ['netlink, another family', 'netlink', sll(824, 9, message(20)), 113],
  ['netlink, no message of the family', 'netlink', sll(824, 0, message(3)), 113],
  [
    'netlink, several messages',
    'netlink/netlink-route/netlink-route',
    sll(824, 0, [...message(20, 24), ...message(3), ...message(20, 24)]),
    113,
  ],
  ['netlink, version 2', 'netlink/netlink-route', sll2(824, 0, message(18, 32)), 276],
  [
    'frame relay, a bridged frame and its check sum',
    'fr/eth/ip/udp',
    [...octets('1841 03 00 80 0080c2 0001'), ...FRAME, ...zeros(4)],
    107,
  ],
  ['frame relay, Cisco, ARP', 'fr/arp', [...octets('1841 0806'), ...ARP], 107],
  ['Broadcom', 'eth/brcm-tag/ip/udp', [...MACS, ...octets('00000001 0800'), ...IP], 281],
  [
    'Broadcom, 802.2',
    'eth/brcm-tag/llc/ip/udp',
    [...MACS, ...octets('00000001'), ...u16(SNAP_IP.length), ...SNAP_IP],
    281,
  ],
  ['Broadcom, before the frame', 'brcm-tag/eth/ip/udp', [...octets('20000005'), ...FRAME], 282],
  ['Marvell', 'eth/dsa/ip/udp', [...MACS, ...octets('c0080001 0800'), ...IP], 284],
  ['Marvell, tagged', 'eth/dsa/ipv6/udp', [...MACS, ...octets('e0280005 86dd'), ...IPV6], 284],
  ['Marvell, a VLAN below', 'eth/dsa/vlan/ip/udp', [...MACS, ...octets('00080001 8100 0007 0800'), ...IP], 284],
  ['Marvell with a type', 'eth/dsa/ip/udp', [...MACS, ...octets('dada 0000 c0080001 0800'), ...IP], 285],
  ['SLIP', 'slip/ip/udp', [0, 0x45, ...zeros(14), ...IP], 8],
  ['SLIP, sent, compressed', 'slip/ip/udp', [1, 0x80, ...zeros(14), ...IP], 8],
  ['SLIP, IPv6', 'slip/ipv6/udp', [...zeros(16), ...IPV6], 8],
  ['SLIP of BSD/OS', 'slip/ip/udp', [...zeros(24), ...IP], 102],
];

testLayers(SAMPLES, 'links');
testLayersWithTshark(SAMPLES);
testLayers(ALONE, 'links-alone');

const lines = (frame: Octets, linkType: number): readonly string[] =>
  print(dissectFrame(Uint8Array.from(frame), linkType)).fields;

test.each([
  ['a netlink message', sll(824, 0, message(18, 32)), 113, ['Family: 0', 'Length: 32', 'Type: 18']],
  ['its ARPHRD', sll(772, 0x0800, IP), 113, ['Link-layer address type: 772']],
  ['its ARPHRD, version 2', sll2(778, 0x800, IP), 276, ['Link-layer address type: 778']],
  ['a connection of frame relay', [...octets('1841 0800'), ...IP], 107, ['DLCI: 100']],
  ['the device of Prism', prism([0x44, 0, 0, 0], [144, 0, 0, 0]), 119, ['Device: wlan0']],
  ['zones of ipnet', ipnet(2, IP), 226, ['Interface index: 1', 'Source zone: 3', 'Destination zone: 4']],
  [
    'a port of Marvell',
    [...MACS, ...octets('e0280005 86dd'), ...IPV6],
    284,
    ['Mode: forwarded', 'Tagged: true', 'Device: 0', 'Port: 5', 'VLAN: 5'],
  ],
])('%s is shown', (_, frame, linkType, fields) => {
  expect(lines(frame, linkType)).toEqual(expect.arrayContaining(fields));
});

test.each([
  ['its length', [0, 1, 0, 1, 0, 6, ...SENDER, 0, 0, 8, 6], 113, '02:00:00:00:00:01'],
  ['no length', [0, 1, 3, 4, 0, 0, ...SENDER, 0, 0, 8, 6], 113, null],
  ['its length, version 2', [8, 6, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, ...SENDER, 0, 0], 276, '02:00:00:00:00:01'],
])(
  'a cooked capture that says %s has the address of who sent the frame, and none of whom it is for',
  (_, header, linkType, source) => {
    const packet = dissectFrame(Uint8Array.from([...header, ...ARP]), linkType);
    expect([pathOf(packet), sourceText(packet), destinationText(packet)]).toEqual(['sll/arp', source, null]);
  },
);

test('the tag of a switch is no type of Ethernet', () => {
  const tagged = decoded(dissectFrame(Uint8Array.from([...MACS, ...octets('c0080001 0800'), ...IP]), 284));
  expect(tagged).toContain('Source: 02:00:00:00:00:01');
  expect(tagged).not.toContain('Type: 0xc008');
});

test.each([
  ['less than its header', 8],
  ['more than there is', 0xfffffffc],
  ['more than any number of 32 bits after padding', 0xffffffff],
])('a netlink message whose length is %s is malformed', (_, length) => {
  const bytes = message(3)
    .with(0, length & 255)
    .with(1, (length >> 8) & 255);
  const packet = dissectFrame(
    Uint8Array.from(sll(824, 0, bytes.with(2, (length >> 16) & 255).with(3, length >>> 24))),
    113,
  );
  expect(packet.malformed).toBe(true);
});

test('events of the kernel are text, however short', () => {
  const packet = dissectFrame(Uint8Array.from(sll(824, 15, ascii('add@/x'))), 113);
  expect([pathOf(packet), packet.malformed]).toEqual(['netlink', false]);
});

test('an address of frame relay that does not end is malformed', () => {
  const packet = dissectFrame(Uint8Array.from([...octets('18404040 0800'), ...IP]), 107);
  expect([packet.malformed, packet.transport]).toEqual([true, 0]);
});

test.each([
  ['no fields, no checksum', '0000 0800 69000000', 5],
  ['a flag that says a checksum follows', '0000 1500 69000000 0200 0900 0000000000000000 01', 1],
  ['every other flag', '0000 1500 69000000 0200 0900 0000000000000000 fe', 5],
  ['a field that ends before its flags', '0000 1400 69000000 0200 0800 0000000000000000', 5],
  ['another field with such bytes', '0000 1500 69000000 0300 0900 0000000000000000 01', 5],
  ['such a field behind another one', '0000 1b00 69000000 0300 0200 0000 0200 0900 0000000000000000 01', 1],
])('PPI with %s', (_, header, left) => {
  const packet = dissectFrame(
    Uint8Array.from([...octets(header), ...octets('d400 0000 020000000001'), ...ascii('hello')]),
    192,
  );
  expect([packet.malformed, packet.end - packet.layerStart[2]!]).toEqual([false, 10 + left]);
});

test.each([
  ['less than its header', '0000 0700 69000000'],
  ['more than there is', '0000 0900 69000000'],
])('PPI that says it has %s is malformed', (_, header) => {
  const packet = dissectFrame(Uint8Array.from(octets(header)), 192);
  expect([pathOf(packet), packet.malformed]).toEqual(['ppi', true]);
});
