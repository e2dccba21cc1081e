import { describe, expect, test } from 'vitest';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { ascii, ethernet, ipv4, ipv6, type Octets, octets, u16, u32, udp, zeros } from '../../support/headers.ts';
import { type LayerSample, testLayers, testLayersWithTshark } from '../../support/layer-samples.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { tsharkFields } from '../../support/tshark.ts';
import { damageFile, dissectFrame, everyConversationDamaged, pathOf, print } from '../../support/wire.ts';

const UDP = udp(40_000, 40_001, ascii('hello'));
const IP = ipv4(17, UDP);
const IPV6 = ipv6(17, UDP);
const FRAME = ethernet(0x0800, IP);
const onIp = (protocol: number, payload: Octets): number[] => ethernet(0x0800, ipv4(protocol, payload));
const onIpv6 = (protocol: number, payload: Octets): number[] => ethernet(0x86dd, ipv6(protocol, payload));
const onUdp = (port: number, payload: Octets): number[] => onIp(17, udp(40_000, port, payload));
const fromUdp = (port: number, payload: Octets): number[] => onIp(17, udp(port, 40_000, payload));
const gre = (header: string, payload: Octets): number[] => onIp(47, [...octets(header), ...payload]);
const SNAP_IP = [...octets('aaaa03 000000 0800'), ...IP];
const WLAN = [...octets('0802 0000 020000000002 020000000001 020000000003 1000'), ...SNAP_IP];
/** As access points of Cisco write it: the two bytes of frame control change places. */
const SWAPPED = [...octets('0208'), ...WLAN.slice(2)];
const PRISM = [0x44, 0, 0, 0, 144, 0, 0, 0, ...zeros(136)];
const AVS = [...octets('80211001 00000040'), ...zeros(56)];
const nsh = (next: number, payload: Octets): number[] => [0x0f, 0xc2, 2, next, 0, 0, 1, 255, ...payload];
const lite = (coverage: number): number[] => [
  ...u16(40_000),
  ...u16(40_001),
  ...u16(coverage),
  0,
  0,
  ...ascii('hello'),
];
const SECURED = [...octets('0800'), ...IP];
const CHECK = zeros(16);
const batadv = (header: string): number[] => ethernet(0x4305, [...octets(header), ...FRAME]);
const MAP_REQUEST = octets('10000001 00000000 00000000 00000000');

const SAMPLES: LayerSample[] = [
  ['VN-Tag', 'eth/vntag/ip/udp', ethernet(0x8926, [...octets('80010002 0800'), ...IP])],
  ['VN-Tag before VLAN', 'eth/vntag/vlan/ipv6/udp', ethernet(0x8926, [...octets('00010002 8100 0007 86dd'), ...IPV6])],
  [
    'VN-Tag before 802.2',
    'eth/vntag/llc/ip/udp',
    ethernet(0x8926, [...octets('00010002'), ...u16(SNAP_IP.length), ...SNAP_IP]),
  ],
  ['VLAN before VN-Tag', 'eth/vlan/vntag/ip/udp', ethernet(0x8100, [...octets('0007 8926 00010002 0800'), ...IP])],
  ['E-Tag', 'eth/etag/ip/udp', ethernet(0x893f, [...octets('000100020003 0800'), ...IP])],
  ['E-Tag, IPv6', 'eth/etag/ipv6/udp', ethernet(0x893f, [...octets('000100020003 86dd'), ...IPV6])],
  ['HSR', 'eth/hsr/ip/udp', ethernet(0x892f, [...octets('00370001 0800'), ...IP])],
  ['HSR, VLAN below', 'eth/hsr/vlan/ip/udp', ethernet(0x892f, [...octets('10370001 8100 0007 0800'), ...IP])],
  ['HSR below VLAN', 'eth/vlan/hsr/ipv6/udp', ethernet(0x8100, [...octets('0007 892f 00370001 86dd'), ...IPV6])],
  [
    'HSR, supervision',
    'eth/hsr_prp_supervision',
    ethernet(0x88fb, [...octets('0000 0001 1706 020000000001'), ...zeros(20)]),
  ],
  ['the trailer of PRP', 'eth/ip/udp', [...FRAME, ...octets('0001 a037 88fb')]],
  ['NSH', 'eth/nsh/ip/udp', ethernet(0x894f, nsh(1, IP))],
  ['NSH, metadata', 'eth/nsh/ip/udp', ethernet(0x894f, [...octets('0fc6 01 01 000001ff'), ...zeros(16), ...IP])],
  ['NSH, IPv6', 'eth/nsh/ipv6/udp', ethernet(0x894f, nsh(2, IPV6))],
  ['NSH, a frame', 'eth/nsh/eth/ip/udp', ethernet(0x894f, nsh(3, FRAME))],
  ['NSH, twice', 'eth/nsh/nsh/ip/udp', ethernet(0x894f, nsh(4, nsh(1, IP)))],
  ['NSH, MPLS', 'eth/nsh/mpls/ip/udp', ethernet(0x894f, nsh(5, [...octets('00010140'), ...IP]))],
  ['NSH in GRE', 'eth/ip/gre/nsh/ip/udp', gre('0000 894f', nsh(1, IP))],
  ['NSH in Geneve', 'eth/ip/udp/geneve/nsh/ip/udp', onUdp(6081, [...octets('0000 894f 00000700'), ...nsh(1, IP)])],
  ['TRILL', 'eth/trill/eth/ip/udp', ethernet(0x22f3, [...octets('0005 0001 0002'), ...FRAME])],
  ['TRILL, an option', 'eth/trill/eth/ip/udp', ethernet(0x22f3, [...octets('0045 0001 0002 01020304'), ...FRAME])],
  ['batman-adv', 'eth/batadv/eth/ip/udp', batadv('40 0f 32 01 020000000009')],
  ['batman-adv, with source', 'eth/batadv/eth/ip/udp', batadv('42 0f 32 01 020000000009 02000000000a 01 00')],
  ['batman-adv, broadcast', 'eth/batadv/eth/ip/udp', batadv('01 0f 32 00 00000001 020000000009')],
  ['batman-adv 14', 'eth/batadv/eth/ip/udp', batadv('03 0e 32 01 020000000009')],
  ['batman-adv 14, broadcast', 'eth/batadv/eth/ip/udp', batadv('04 0e 32 00 00000001 020000000009')],
  ['batman-adv, a fragment', 'eth/batadv', batadv('41 0f 32 00 020000000009 02000000000a 0001 0020')],
  ['MACsec', 'eth/macsec/ip/udp', ethernet(0x88e5, [...octets('00 00 00000001'), ...SECURED, ...CHECK])],
  [
    'MACsec, a channel',
    'eth/macsec/ip/udp',
    ethernet(0x88e5, [...octets('20 00 00000001 0200000000010001'), ...SECURED, ...CHECK]),
  ],
  [
    'MACsec, a short length',
    'eth/macsec/ip/udp',
    ethernet(0x88e5, [0, SECURED.length, ...octets('00000001'), ...SECURED, ...CHECK]),
  ],
  [
    'MACsec, encrypted',
    'eth/macsec',
    ethernet(0x88e5, [...octets('2c 00 00000001 0200000000010001'), ...SECURED, ...CHECK]),
  ],
  ['MACsec, changed', 'eth/macsec', ethernet(0x88e5, [...octets('04 00 00000001'), ...SECURED, ...CHECK])],
  ['EoIP', 'eth/ip/gre/eth/ip/udp', gre('2001 6400', [...u16(FRAME.length), 0x19, 0, ...FRAME])],
  ['EoIP, keep-alive', 'eth/ip/gre', gre('2001 6400', [0, 0, 0x19, 0])],
  ['WCCP', 'eth/ip/gre/ip/udp', gre('0000 883e', IP)],
  ['WCCP 2', 'eth/ip/gre/ip/udp', gre('0000 883e 80330001', IP)],
  ['WCCP 2, both flags', 'eth/ip/gre/ip/udp', gre('0000 883e c0330001', IP)],
  ['WCCP 2, other flags', 'eth/ip/gre/ip/udp', gre('0000 883e 05590048', IP)],
  ['WCCP 2, a key', 'eth/ip/gre/ip/udp', gre('2000 883e 00000001 00330001', IP)],
  ['WCCP 2, over IPv6', 'eth/ipv6/gre/ip/udp', onIpv6(47, [...octets('0000 883e 00330001'), ...IP])],
  ['GRE in UDP', 'eth/ip/udp/gre/ip/udp', onUdp(4754, [...octets('0000 0800'), ...IP])],
  ['GRE in UDP, IPv6', 'eth/ip/udp/gre/ipv6/udp', onUdp(4754, [...octets('0000 86dd'), ...IPV6])],
  ['GRE in UDP, a key', 'eth/ip/udp/gre/eth/ip/udp', onUdp(4754, [...octets('2000 6558 00000001'), ...FRAME])],
  ['GRE in UDP, the other way', 'eth/ip/udp/gre/ip/udp', fromUdp(4754, [...octets('0000 0800'), ...IP])],
  ['EtherIP', 'eth/ip/etherip/eth/ip/udp', onIp(97, [...octets('3000'), ...FRAME])],
  ['EtherIP over IPv6', 'eth/ipv6/etherip/eth/ip/udp', onIpv6(97, [...octets('3000'), ...FRAME])],
  ['EtherIP, the version elsewhere', 'eth/ip/etherip/eth/ip/udp', onIp(97, [...octets('0300'), ...FRAME])],
  ['TZSP', 'eth/ip/udp/tzsp/eth/ip/udp', onUdp(37_008, [...octets('01 00 0001 01'), ...FRAME])],
  [
    'TZSP, tags',
    'eth/ip/udp/tzsp/eth/ip/udp',
    onUdp(37_008, [...octets('01 00 0001 00 0a01c4 29020040 3c06020000000001 01'), ...FRAME]),
  ],
  ['TZSP, for transmit', 'eth/ip/udp/tzsp/eth/ip/udp', onUdp(37_008, [...octets('01 01 0001 01'), ...FRAME])],
  ['TZSP, the other way', 'eth/ip/udp/tzsp/eth/ip/udp', fromUdp(37_008, [...octets('01 00 0001 01'), ...FRAME])],
  ['TZSP, 802.11', 'eth/ip/udp/tzsp/wlan/llc/ip/udp', onUdp(37_008, [...octets('01 00 0012 01'), ...WLAN])],
  [
    'TZSP, Prism',
    'eth/ip/udp/tzsp/prism/wlan_radio/wlan/llc/ip/udp',
    onUdp(37_008, [...octets('01 00 0077 01'), ...PRISM, ...WLAN]),
  ],
  [
    'TZSP, AVS',
    'eth/ip/udp/tzsp/wlancap/wlan_radio/wlan/llc/ip/udp',
    onUdp(37_008, [...octets('01 00 007f 01'), ...AVS, ...WLAN]),
  ],
  ['TZSP, keep-alive', 'eth/ip/udp/tzsp', onUdp(37_008, octets('01 04 0000 01'))],
  ['LISP', 'eth/ip/udp/lisp-data/ip/udp', onUdp(4341, [...octets('80000000 00000001'), ...IP])],
  ['LISP, IPv6, an instance', 'eth/ip/udp/lisp-data/ipv6/udp', onUdp(4341, [...octets('88000000 00000100'), ...IPV6])],
  ['LISP, control', 'eth/ip/udp/lisp', onUdp(4342, MAP_REQUEST)],
  [
    'LISP, encapsulated control',
    'eth/ip/udp/lisp/ip/udp/lisp',
    onUdp(4342, [...octets('80000000'), ...ipv4(17, udp(40_000, 4342, MAP_REQUEST))]),
  ],
  ['CAPWAP', 'eth/ip/udp/capwap.data/eth/ip/udp', onUdp(5247, [...octets('00 100200 0000 0000'), ...FRAME])],
  [
    'CAPWAP, the other way',
    'eth/ip/udp/capwap.data/eth/ip/udp',
    fromUdp(5247, [...octets('00 100200 0000 0000'), ...FRAME]),
  ],
  [
    'CAPWAP, a longer header',
    'eth/ip/udp/capwap.data/eth/ip/udp',
    onUdp(5247, [...octets('00 204210 0000 0000 06 020000000001 00'), ...FRAME]),
  ],
  [
    'CAPWAP, 802.11 of Cisco',
    'eth/ip/udp/capwap.data/wlan/llc/ip/udp',
    onUdp(5247, [...octets('00 100300 0000 0000'), ...SWAPPED]),
  ],
  [
    'CAPWAP, keep-alive',
    'eth/ip/udp/capwap.data',
    onUdp(5247, [...octets('00 100208 0000 0000 0016 0023 0010'), ...zeros(16)]),
  ],
  ['UDP-Lite', 'eth/ip/udplite', onIp(136, lite(8))],
  ['UDP-Lite, all of it covered', 'eth/ip/udplite', onIp(136, lite(0))],
  ['UDP-Lite over IPv6', 'eth/ipv6/udplite', onIpv6(136, lite(13))],
  ['IPv6 under the type of IPv4', 'eth/ip/ipv6/udp', ethernet(0x0800, IPV6)],
];

/** As their RFC says; tshark 4.0 reads them otherwise. */
const ALONE: LayerSample[] = [
  ['WCCP 2, the alternative bucket', 'eth/ip/gre/ip/udp', gre('0000 883e 40330001', IP)],
  ['WCCP 2, IPv6', 'eth/ip/gre/ipv6/udp', gre('0000 883e 80330001', IPV6)],
  ['NSH in VXLAN-GPE', 'eth/ip/udp/vxlan/nsh/ip/udp', onUdp(4790, [...octets('0c000004 00000700'), ...nsh(1, IP)])],
  [
    'LISP, a frame (RFC 9305)',
    'eth/ip/udp/lisp-data/eth/ip/udp',
    onUdp(4341, [...octets('84000003 00000100'), ...FRAME]),
  ],
  [
    'CAPWAP, 802.11',
    'eth/ip/udp/capwap.data/wlan/llc/ip/udp',
    onUdp(5247, [...octets('00 100300 0000 0000'), ...WLAN]),
  ],
  ['CAPWAP, DTLS', 'eth/ip/udp/capwap.data', onUdp(5247, octets('01 000000 17 fefd 0001000000000001'))],
];

testLayers(SAMPLES, 'tunnels');
testLayersWithTshark(SAMPLES);
testLayers(ALONE, 'tunnels-alone');

test('a name is asked and answered in UDP-Lite as in UDP, and its flow is one of UDP', () => {
  const query = octets('0007 0100 0001 0000 0000 0000 016107 6578616d706c65 00 0001 0001');
  const packet = dissectFrame(Uint8Array.from(onIp(136, [...u16(40_000), ...u16(53), 0, 8, 0, 0, ...query])));
  expect(pathOf(packet)).toBe('eth/ip/udplite/dns');
  expect([packet.transport, packet.srcPort, packet.dstPort, packet.payloadLength]).toEqual([
    17,
    40_000,
    53,
    query.length,
  ]);
});

describe('fragments of CAPWAP', () => {
  const piece = (id: number, from: number, to: number): Uint8Array => {
    const flags = to === FRAME.length ? 0xc0 : 0x80;
    return Uint8Array.from(onUdp(5247, [0, 0x10, 2, flags, ...u16(id), ...u16(from), ...FRAME.slice(from, to)]));
  };
  const PIECES = [
    piece(1, 0, 16),
    piece(2, 0, 32),
    piece(1, 32, FRAME.length),
    piece(1, 16, 32),
    piece(2, 32, FRAME.length),
  ];

  test('are put together, whatever their order', () => {
    const dissector = new Dissector(REGISTRY);
    const part = 'eth/ip/udp/capwap.data';
    const whole = `${part}/eth/ip/udp`;
    expect(PIECES.map((bytes) => pathOf(dissectFrame(bytes, 1, dissector)))).toEqual([part, part, part, whole, whole]);
  });

  test.skipIf(toolIsMissing('tshark'))('tshark puts together the same', () => {
    const said = tsharkFields(
      PIECES.map((bytes) => ({ bytes })),
      ['udp.dstport'],
    );
    expect(said).toEqual(['5247', '5247', '5247', '5247,40001', '5247,40001']);
  });

  test('what damage comes to', async () => {
    await expect(everyConversationDamaged(PIECES, 42)).toMatchFileSnapshot(damageFile('capwap-fragments'));
  });
});

describe('lengths', () => {
  const innerOf = (frame: Octets): number => dissectFrame(Uint8Array.from(frame)).payloadLength;

  test('of EoIP end the frame', () => {
    const padded = gre('2001 6400', [...u16(FRAME.length), 0x19, 0, ...FRAME, ...zeros(8)]);
    expect(innerOf(padded)).toBe(5);
  });

  test('the check value of MACsec is no payload', () => {
    const empty = ethernet(0x88e5, [...octets('00 00 00000001 1234'), 1, 2, 3, ...CHECK]);
    const packet = dissectFrame(Uint8Array.from(empty));
    expect([packet.end - packet.offset, packet.malformed]).toEqual([3, false]);
  });

  test('MACsec without room for its check value is malformed', () => {
    const packet = dissectFrame(Uint8Array.from(ethernet(0x88e5, octets('00 00 00000001 0800 01020304'))));
    expect([pathOf(packet), packet.malformed]).toEqual(['eth/macsec', true]);
  });

  test('NSH of less than its header is malformed', () => {
    const packet = dissectFrame(Uint8Array.from(ethernet(0x894f, [0x0f, 0xc1, 2, 1, ...u32(1), ...IP])));
    expect([pathOf(packet), packet.malformed]).toEqual(['eth/nsh', true]);
  });
});

test('tags of TZSP without an end are malformed', () => {
  const packet = dissectFrame(Uint8Array.from(onUdp(37_008, octets('01 00 0001 0a01c4'))));
  expect([pathOf(packet), packet.malformed]).toEqual(['eth/ip/udp/tzsp', true]);
});

test.each([
  ['TZSP, another version', onUdp(37_008, [...octets('02 00 0001 01'), ...FRAME])],
  ['LISP, a type nobody knows', onUdp(4342, [...octets('90000000'), ...zeros(16)])],
  ['CAPWAP, another version', onUdp(5247, [...octets('10 100200 0000 0000'), ...FRAME])],
])('%s is not taken for it', (_, frame) => {
  expect(pathOf(dissectFrame(Uint8Array.from(frame)))).toBe('eth/ip/udp');
});

test.each([
  [
    'IPv6 under the type of IPv4 has fields of IPv6 alone',
    ethernet(0x0800, IPV6),
    'Traffic Class: 0x00',
    'Total Length: 0',
  ],
  [
    '802.11 of Cisco is data',
    onUdp(5247, [...octets('00 100300 0000 0000'), ...SWAPPED]),
    'Type: Data frame',
    'Type: Management frame',
  ],
])('%s', (_, frame, said, unsaid) => {
  const { fields } = print(dissectFrame(Uint8Array.from(frame)));
  expect(fields).toContain(said);
  expect(fields).not.toContain(unsaid);
});

test.each([
  [
    'VN-Tag',
    ethernet(0x8926, [...octets('80010002 0800'), ...IP]),
    ['Destination interface: 1', 'Source interface: 2'],
  ],
  ['E-Tag', ethernet(0x893f, [...octets('000100020003 0800'), ...IP]), ['E-CID: 2']],
  ['HSR', ethernet(0x892f, [...octets('00370007 0800'), ...IP]), ['Sequence number: 7']],
  ['NSH', ethernet(0x894f, nsh(1, IP)), ['Service path: 1', 'Service index: 255']],
  ['TRILL', ethernet(0x22f3, [...octets('0005 0001 0002'), ...FRAME]), ['Ingress RBridge: 2', 'Egress RBridge: 1']],
  ['batman-adv', batadv('40 0f 32 01 020000000009'), ['Packet type: Unicast', 'Version: 15']],
  ['LISP', onUdp(4341, [...octets('88000000 00000100'), ...IPV6]), ['Instance ID: 1']],
  ['UDP-Lite', onIp(136, lite(8)), ['Checksum coverage: 8']],
])('fields of %s', (_, frame, fields) => {
  expect(print(dissectFrame(Uint8Array.from(frame))).fields).toEqual(expect.arrayContaining(fields));
});
