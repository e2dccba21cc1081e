import { expect, test } from 'vitest';
import { ascii, ethernet, ipv4, type Octets, octets, tcp, udp, zeros } from '../../support/headers.ts';
import { record } from '../../support/tls.ts';
import { dissectFrame, print } from '../../support/wire.ts';

const onIp = (protocol: number, payload: Octets): number[] => ethernet(0x0800, ipv4(protocol, payload, { id: 0x1234 }));
const onUdp = (port: number, payload: Octets): number[] => onIp(17, udp(40_000, port, payload));

const DHCP = [
  ...octets('02 01 06 00 3903f326 0000 8000 00000000 0a000007 00000000 00000000 020000000001'),
  ...zeros(10 + 64 + 128),
  ...octets('63825363 00 350105 0c04686f7374 32040a000005 36040a000001 3604 ff'),
];

/** What `capture -V` says of the innermost layer, as RFCs name its fields. */
const SAMPLES: [name: string, frame: Octets, fields: string[], linkType?: number][] = [
  ['Ethernet', ethernet(0x1234, []), ['Destination: 02:00:00:00:00:02', 'Source: 02:00:00:00:00:01', 'Type: 0x1234']],
  [
    'IPv4',
    onIp(253, []),
    [
      ...['Header Length: 20', 'Differentiated Services: 0x00', 'Total Length: 20', 'Identification: 0x1234'],
      ...["Don't fragment: false", 'More fragments: false', 'Fragment Offset: 0', 'Time to Live: 64', 'Protocol: 253'],
      ...['Source Address: 10.0.0.1', 'Destination Address: 10.0.0.2'],
    ],
  ],
  ['UDP', onUdp(40_001, [1, 2]), ['Source Port: 40000', 'Destination Port: 40001', 'Length: 10']],
  [
    'TCP',
    onIp(6, tcp({ seq: 5, ack: 7, flags: 0x12, options: octets('020405b4') }, [])),
    [
      ...['Source Port: 40000', 'Destination Port: 9999', 'Stream index: 0', 'Sequence Number (raw): 5'],
      ...['Acknowledgment number (raw): 7', 'Header Length: 24', 'Flags: 0x012 (SYN, ACK)', 'Window: 8192'],
      ...['Checksum: 0x0000', 'Urgent Pointer: 0', 'Options: MSS=1460', 'Segment Len: 0'],
    ],
  ],
  [
    'ARP',
    ethernet(0x0806, octets('0001 0800 06 04 0002 020000000001 0a000001 020000000002 0a000002')),
    [
      ...['Opcode: reply (2)', 'Sender MAC address: 02:00:00:00:00:01', 'Sender IP address: 10.0.0.1'],
      ...['Target MAC address: 02:00:00:00:00:02', 'Target IP address: 10.0.0.2'],
    ],
  ],
  ['ICMP', onIp(1, octets('0800 f7fe 0001 0000')), ['Type: 8 (Echo (ping) request)', 'Code: 0', 'Checksum: 0xf7fe']],
  [
    'SCTP',
    onIp(132, octets('0bb8 0bb9 00000001 00000000 0a000004 0b000004')),
    ['Source port: 3000', 'Destination port: 3001', 'Chunk: COOKIE_ECHO', 'Chunk: COOKIE_ACK'],
  ],
  [
    'DHCP',
    onUdp(67, DHCP),
    [
      ...['Transaction ID: 0x3903f326', 'Client IP address: 0.0.0.0', 'Your (client) IP address: 10.0.0.7'],
      ...['Client MAC address: 02:00:00:00:00:01', 'DHCP Message Type: ACK', 'Host Name: host'],
      ...['Requested IP Address: 10.0.0.5', 'Server Identifier: 10.0.0.1'],
    ],
  ],
  ['NTP', onUdp(123, [0x24, 2, ...zeros(46)]), ['Version: 4', 'Mode: server', 'Stratum: 2']],
  [
    'TLS',
    onIp(6, tcp({ to: 443 }, [...record(21, [1, 0]), ...record(23, [1, 2, 3])])),
    [
      ...['TLSv1.0 Record Layer: Alert (Level: Warning, Description: Close Notify)', 'Content Type: 21', 'Length: 2'],
      ...['TLSv1.0 Record Layer: Application Data', 'Content Type: 23', 'Length: 3'],
    ],
  ],
  [
    'Cisco',
    [
      ...octets('01000ccccccc 020000000001 0018 aaaa03 00000c 2000 02 b4 0000 0001 0006 7331 0006 0006'),
      ...ascii('ab'),
    ],
    ['Device ID: s1', 'Platform: ab'],
  ],
  [
    '802.11',
    octets('0802 0000 020000000002 020000000001 020000000003 1000'),
    [
      ...['Type: Data frame', 'Subtype: Data', 'Receiver address: 02:00:00:00:00:02'],
      ...['Transmitter address: 02:00:00:00:00:01', 'Third address: 02:00:00:00:00:03'],
    ],
    105,
  ],
];

test.each(SAMPLES)('%s', (_, frame, fields, linkType = 1) => {
  const packet = dissectFrame(Uint8Array.from(frame), linkType);
  expect(print(packet).fields.slice(-fields.length)).toEqual(fields);
});
