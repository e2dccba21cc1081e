import { describe, expect, test } from 'vitest';
import { REGISTRY } from '../../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../../src/core/wire/dissector.ts';
import { ber, integer, octetString, sequence } from '../../../support/ber.ts';
import { ascii, ipv4Frame, octets, udp, zeros } from '../../../support/headers.ts';
import { toolIsMissing } from '../../../support/tool.ts';
import { tsharkHierarchy } from '../../../support/tshark.ts';
import { damageFile, dissectFrame, everyPrefixAndFlip, pathOf, print } from '../../../support/wire.ts';

const DHCP_HEADER = [
  ...octets('01 01 06 00 3903f326 0000 8000 00000000 0a000007 00000000 00000000 020000000001'),
  ...zeros(10 + 64 + 128),
];
const DHCP_OPTIONS = [...octets('63825363 00 35 01 01 0c 04'), ...ascii('host'), ...octets('32 04 0a000005 ff')];
/** RFC 2865, 7.1. */
const RADIUS = octets(`01 00 0038 0f403f9473978057bd83d5cb98f4227a 01 06 6e656d6f
  02 12 0dbe708d93d413ce3196e43f782a0aee 04 06 c0a80110 05 06 00000003`);
const VARIABLES = sequence(sequence(ber(6, octets('2b06010201')), ber(5)));
const snmpPdu = (tag: number): number[] => ber(tag, integer(1), integer(0), integer(0), VARIABLES);
const SNMP_3 = sequence(
  integer(3),
  sequence(integer(1), integer(0x7f, 0xff), ber(4, [4]), integer(3)),
  ber(4, sequence(octetString(''), integer(0), integer(0), octetString(''), octetString(''), octetString(''))),
  sequence(octetString(''), octetString(''), snmpPdu(0xa0)),
);
const NETBIOS_NAME = [32, ...ascii('FHEPFCELEHFCEPFFFACACACACACACABN'), 0]; // WORKGROUP<1d>
const KRB_ERROR = ber(
  0x7e,
  sequence(
    ber(0xa0, integer(5)),
    ber(0xa1, integer(30)),
    ber(0xa4, ber(0x18, ascii('20260101000000Z'))),
    ber(0xa5, integer(0)),
    ber(0xa6, integer(25)),
    ber(0xa9, ber(0x1b, ascii('EXAMPLE.ORG'))),
    ber(0xaa, sequence(ber(0xa0, integer(1)), ber(0xa1, sequence(ber(0x1b, ascii('x')))))),
  ),
);
const ROOT_DSE = ber(
  0x63,
  ...[
    octetString(''),
    ber(10, [0]),
    ber(10, [0]),
    integer(0),
    integer(0),
    ber(1, [0]),
    ber(0x87, ascii('objectClass')),
  ],
  sequence(),
);
const IKE = octets('0102030405060708 0000000000000000 00 20 22 08 00000000 0000001c');
const RIP_ENTRY = octets('0002 0000 0a000000 ff000000 00000000 00000001');
const NETFLOW_5 = [...octets('0005 0001 00000001 65000000 00000000 00000000 00 00 0000'), ...zeros(48)];
/** A call of GETPORT (RFC 1833, 3) and its reply. */
const GETPORT = octets(
  '12345678 00000000 00000002 000186a0 00000002 00000003 00000000 00000000 00000000 00000000 000186a3 00000003 00000011 00000000',
);

/** What it is, below IP, the topmost protocol's words, the ports, the payload. */
const SAMPLES: [name: string, path: string, info: string, ports: [number, number], payload: readonly number[]][] = [
  ['NTP', 'udp/ntp', 'NTP Version 4, client', [40_000, 123], [...octets('23 00 06 e9'), ...zeros(44)]],
  ['NTP, an answer', 'udp/ntp', 'NTP Version 3, server', [123, 40_000], [...octets('1c 02 06 e9'), ...zeros(44)]],
  ['NTP control', 'udp/ntp', 'NTP Version 2, control message', [40_000, 123], [...octets('16 02'), ...zeros(10)]],
  ['DHCP', 'udp/dhcp', 'DHCP Discover - Transaction ID 0x3903f326', [68, 67], [...DHCP_HEADER, ...DHCP_OPTIONS]],
  ['BOOTP', 'udp/dhcp', 'DHCP Boot     - Transaction ID 0x3903f326', [68, 67], [...DHCP_HEADER, ...zeros(64)]],
  ['DHCPv6', 'udp/dhcpv6', 'Solicit XID: 0xabcdef', [546, 547], octets('01 abcdef 0008 0002 0000')],
  ['RADIUS', 'udp/radius', 'Access-Request id=0', [40_000, 1812], RADIUS],
  ['SNMPv1', 'udp/snmp', 'get-request', [40_000, 161], sequence(integer(0), octetString('public'), snmpPdu(0xa0))],
  ['SNMPv2c', 'udp/snmp', 'getBulkRequest', [40_000, 161], sequence(integer(1), octetString('x'), snmpPdu(0xa5))],
  ['SNMP trap', 'udp/snmp', 'snmpV2-trap', [40_000, 162], sequence(integer(1), octetString('x'), snmpPdu(0xa7))],
  ['SNMPv3', 'udp/snmp', 'SNMPv3', [40_000, 161], SNMP_3],
  // RFC 3164, 5.4
  [
    'syslog',
    'udp/syslog',
    '<34>Oct 11 22:14:15 mymachine su: x',
    [40_000, 514],
    ascii('<34>Oct 11 22:14:15 mymachine su: x'),
  ],
  ['TFTP', 'udp/tftp', 'Read Request, File: a.txt', [40_010, 69], [0, 1, ...ascii('a.txt\0octet\0')]],
  ['TFTP, an error', 'udp/tftp', 'Error Code', [40_000, 69], [0, 5, 0, 1, ...ascii('no\0')]],
  [
    'NBNS',
    'udp/nbns',
    'Name query WORKGROUP<1d>',
    [137, 137],
    [...octets('0001 0110 0001 0000 0000 0000'), ...NETBIOS_NAME, 0, 32, 0, 1],
  ],
  [
    'NBNS, an answer',
    'udp/nbns',
    'Name query response WORKGROUP<1d>',
    [137, 137],
    [...octets('0001 8500 0000 0001 0000 0000'), ...NETBIOS_NAME, ...octets('0020 0001 00000000 0006 0000 0a000001')],
  ],
  [
    'NBDS',
    'udp/nbdgm',
    'Datagram from WORKGROUP<1d>',
    [138, 138],
    [...octets('11 02 0001 0a000001 008a 0044 0000'), ...NETBIOS_NAME, ...NETBIOS_NAME],
  ],
  ['Kerberos', 'udp/kerberos', 'KRB Error', [88, 40_000], KRB_ERROR],
  ['CLDAP', 'udp/cldap', 'searchRequest', [40_000, 389], sequence(integer(1), ROOT_DSE)],
  ['IKE', 'udp/isakmp', 'IKE_SA_INIT MID=00000000', [500, 500], IKE],
  ['IKE among ESP', 'udp/udpencap/isakmp', 'IKE_SA_INIT MID=00000000', [4500, 4500], [0, 0, 0, 0, ...IKE]],
  [
    'OpenVPN',
    'udp/openvpn',
    'MessageType: P_CONTROL_HARD_RESET_CLIENT_V2',
    [40_000, 1194],
    octets('38 0102030405060708 00 00000000'),
  ],
  ['WireGuard, initiation', 'udp/wg', 'Handshake Initiation', [40_000, 51_820], [1, 0, 0, 0, ...zeros(144)]],
  ['WireGuard, response', 'udp/wg', 'Handshake Response', [40_000, 51_820], [2, 0, 0, 0, ...zeros(88)]],
  ['WireGuard, cookie', 'udp/wg', 'Cookie Reply', [40_000, 51_820], [3, 0, 0, 0, ...zeros(60)]],
  ['WireGuard, data', 'udp/wg', 'Transport Data', [40_000, 51_820], [4, 0, 0, 0, ...zeros(28)]],
  ['RIP', 'udp/rip', 'Request', [520, 520], [...octets('01 02 0000'), ...RIP_ENTRY]],
  ['RIP, an answer', 'udp/rip', 'Response', [520, 520], [...octets('02 02 0000'), ...RIP_ENTRY]],
  ['NetFlow 5', 'udp/cflow', 'NetFlow v5', [40_000, 2055], NETFLOW_5],
  ['IPFIX', 'udp/cflow', 'IPFIX', [40_000, 4739], octets('000a 0010 65000000 00000000 00000000')],
  // BEP 5
  [
    'DHT',
    'udp/bt-dht',
    'BitTorrent DHT Protocol',
    [40_001, 40_002],
    ascii('d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe'),
  ],
  [
    'DHT, an answer',
    'udp/bt-dht',
    'BitTorrent DHT Protocol',
    [40_003, 40_002],
    ascii('d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re'),
  ],
  ['portmap', 'udp/rpc/portmap', 'Call XID 0x12345678', [40_000, 111], GETPORT],
  [
    'a reply to it',
    'udp/rpc/portmap',
    'Reply XID 0x12345678',
    [111, 40_000],
    octets('12345678 00000001 00000000 00000000 00000000 00000000 00000801'),
  ],
];

const frameOf = ([from, to]: readonly [number, number], payload: readonly number[]): Uint8Array =>
  ipv4Frame(17, udp(from, to, payload), from < to ? {} : { from: [10, 0, 0, 2], to: [10, 0, 0, 1] });

describe.each(SAMPLES)('%s', (name, path, info, ports, payload) => {
  const frame = frameOf(ports, payload);

  test('is read', () => {
    const dissector = new Dissector(REGISTRY);
    if (name === 'a reply to it') dissectFrame(frameOf([40_000, 111], GETPORT), 1, dissector);
    const packet = dissectFrame(frame, 1, dissector);
    expect([pathOf(packet), print(packet).info.at(-1)]).toEqual([`eth/ip/${path}`, info]);
    expect([packet.malformed, packet.truncated]).toEqual([false, false]);
  });
});

test('what damage comes to', async () => {
  const damage = SAMPLES.map(([name, , , ports, payload]) => `${name}: ${everyPrefixAndFlip(frameOf(ports, payload))}`);
  await expect(damage.join('\n')).toMatchFileSnapshot(damageFile('datagrams'));
});

test.skipIf(toolIsMissing('tshark'))('tshark counts the same layers', () => {
  const frames = SAMPLES.map(([, , , ports, payload]) => ({ bytes: frameOf(ports, payload) }));
  const paths = SAMPLES.map(([, path]) => `eth/ip/${path}`);
  expect(Object.fromEntries(tsharkHierarchy(frames))).toEqual(prefixCounts(paths));
});

/** In how many of the paths each beginning of one is found. */
function prefixCounts(paths: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const path of paths) {
    const names = path.split('/');
    names.forEach((_, depth) => {
      const prefix = names.slice(0, depth + 1).join('/');
      counts[prefix] = (counts[prefix] ?? 0) + 1;
    });
  }
  return counts;
}

test.each([
  ['RADIUS shorter than its header', 1812, octets('01 00 0010 00000000 00000000 00000000 00000000')],
  ['SNMP whose length passes the datagram', 161, octets('30 7f 02 01 00')],
  ['SNMP without a version', 161, octets('30 03 04 01 00')],
  ['TFTP of no opcode', 69, octets('0007 0001')],
  ['Kerberos of no message', 88, octets('30 00')],
  ['CLDAP that is no sequence', 389, octets('02 01 00')],
  ['IKE shorter than its header', 500, IKE.slice(0, 27)],
  ['WireGuard whose reserved bytes are set', 51_820, [4, 0, 1, 0, ...zeros(28)]],
  ['WireGuard of another length', 51_820, [1, 0, 0, 0, ...zeros(145)]],
  ['NetFlow of no version', 2055, octets('0002 0000 0000')],
  ['RIP of three bytes', 520, octets('02 02 00')],
  ['DHT of no dictionary', 40_001, ascii('d4:spam4:eggse')],
  ['a call of RPC version 3', 2049, GETPORT.map((byte, index) => (index === 11 ? 3 : byte))],
  ['a reply to no call', 2049, octets('12345678 00000001 00000000 00000000 00000000 00000000')],
])('%s is none', (_, port, payload) => {
  expect(pathOf(dissectFrame(frameOf([40_000, port], payload)))).toBe('eth/ip/udp');
});

test('a file comes from a port of its own (RFC 1350, 4)', () => {
  const dissector = new Dissector(REGISTRY);
  const path = (ports: [number, number], payload: readonly number[]): string =>
    pathOf(dissectFrame(frameOf(ports, payload), 1, dissector));
  path([50_010, 69], [0, 1, ...ascii('a\0octet\0')]);
  expect(path([40_000, 50_010], [0, 3, 0, 1, 1, 2, 3])).toBe('eth/ip/udp/tftp');
  expect(path([50_010, 40_000], [0, 4, 0, 1])).toBe('eth/ip/udp/tftp');
  expect(path([40_000, 50_011], [0, 3, 0, 1, 1, 2, 3])).toBe('eth/ip/udp');
});
