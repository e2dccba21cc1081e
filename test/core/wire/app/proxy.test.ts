import { expect, test } from 'vitest';
import { ascii, type Octets, octets, u16 } from '../../../support/headers.ts';
import { runStatistic } from '../../../support/run-statistic.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import {
  chosenVersion,
  clientHello,
  handshake,
  record,
  serverHello,
  serverName,
  versions,
} from '../../../support/tls.ts';
import { damageFile, decoded, everyPrefixAndFlip, print } from '../../../support/wire.ts';

const HELLO = record(22, handshake(1, clientHello({ extensions: [serverName('a.example'), versions(0x0304)] })));
const ANSWER = record(22, handshake(2, serverHello(0x1301, [chosenVersion(0x0304)])));
const GET = ascii('GET /a HTTP/1.1\r\nHost: a.example\r\n\r\n');
const ROW = { server_name: 'a.example', version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' };
const SIGNATURE = octets('0d0a0d0a000d0a515549540a');
const version2 = (command: number, family: number, rest: Octets): number[] => [
  ...SIGNATURE,
  ...[0x20 | command, family],
  ...u16(rest.length),
  ...rest,
];
const ADDRESSES_4 = octets('c0000207 c0000202 115c 01bb');
const ADDRESSES_6 = [
  ...octets('20010db8000000000000000000000007 20010db8000000000000000000000002'),
  ...octets('115c 01bb'),
];
const AUTHORITY = octets('02 0009 612e6578616d706c65'); // a TLV

const HEADERS: Readonly<Record<string, Octets>> = {
  'version 1, IPv4': ascii('PROXY TCP4 192.0.2.7 192.0.2.2 4444 443\r\n'),
  'version 1, IPv6': ascii('PROXY TCP6 2001:db8::7 2001:db8::2 4444 443\r\n'),
  'version 1, unknown': ascii('PROXY UNKNOWN\r\n'),
  'version 1, the longest line': ascii(`PROXY UNKNOWN ${'f'.repeat(91)}\r\n`),
  'version 2, IPv4': version2(1, 0x11, ADDRESSES_4),
  'version 2, IPv6': version2(1, 0x21, ADDRESSES_6),
  'version 2, UNIX': version2(1, 0x31, new Array<number>(216).fill(0x61)),
  'version 2, a TLV': version2(1, 0x11, [...ADDRESSES_4, ...AUTHORITY]),
  'version 2, longer than segments are': version2(1, 0x11, [...ADDRESSES_4, ...new Array<number>(3000).fill(4)]),
  'version 2, the proxy itself': version2(0, 0, []),
  'one after another': [...version2(1, 0x11, ADDRESSES_4), ...ascii('PROXY UNKNOWN\r\n')],
};
const PORTS = [25, 80, 443, 993, 1080, 3306, 5432, 8443, 9999];
const cases = Object.entries(HEADERS).flatMap(([name, header]) => PORTS.map((port) => [name, port, header] as const));

const tlsRows = (connection: TcpConversation): readonly unknown[] => runStatistic('tls', connection.frames);
const layersOf = (name: string): string => (name === 'one after another' ? 'tcp/proxy/proxy' : 'tcp/proxy');

test.each(cases)('TLS behind a header of %s on port %i', (name, port, header) => {
  const together = new TcpConversation(port);
  expect(together.client([...header, ...HELLO])).toBe(`${layersOf(name)}/tls`);
  expect(together.server(ANSWER)).toBe('tcp/tls');
  expect(tlsRows(together)).toMatchObject([ROW]);

  const apart = new TcpConversation(port);
  expect(apart.client(header)).toBe(layersOf(name));
  expect(apart.packet.flow?.recognised?.name).toBe('proxy');
  expect(apart.client(HELLO)).toBe('tcp/tls');
  expect(apart.server(ANSWER)).toBe('tcp/tls');
  expect(apart.packet.flow?.recognised?.name).toBe('tls');
  expect(tlsRows(apart)).toMatchObject([ROW]);
});

test.each(Object.entries(HEADERS))('a header of %s, cut anywhere', (_, header) => {
  const bytes = [...header, ...HELLO];
  for (let cut = 5; cut < Math.min(bytes.length, 400); cut++) {
    const connection = new TcpConversation(25);
    connection.client(bytes.slice(0, cut));
    connection.client(bytes.slice(cut));
    connection.server(ANSWER);
    expect([cut, tlsRows(connection)]).toMatchObject([cut, [ROW]]);
  }
});

test.each(Object.entries(HEADERS))('HTTP and the words of other ports behind a header of %s', (name, header) => {
  const connection = new TcpConversation(80);
  expect(connection.client([...header, ...GET])).toBe(`${layersOf(name)}/http`);
  connection.server('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  expect(runStatistic('http', connection.frames)).toMatchObject([{ method: 'GET', uri: '/a', status: 200 }]);
  expect(new TcpConversation(25).client([...header, ...ascii('EHLO a.example\r\n')])).toBe(`${layersOf(name)}/smtp`);
  expect(new TcpConversation(9999).client([...header, ...ascii('hello')])).toBe(layersOf(name));
});

const NO_HEADERS: Readonly<Record<string, Octets>> = {
  'another word': ascii('PROXY TCP5 192.0.2.7 192.0.2.2 4444 443\r\n'),
  'a method of HTTP': ascii('PROXY / HTTP/1.1\r\n\r\n'),
  'a line that is too long': ascii(`PROXY UNKNOWN ${'f'.repeat(92)}\r\n`),
  'a line that ends in LF': ascii('PROXY UNKNOWN\n'),
  'another version': [...SIGNATURE, 0x11, 0x11, ...u16(12), ...ADDRESSES_4],
  'another signature': [...SIGNATURE.slice(0, 11), 0x0b, 0x21, 0x11, ...u16(12), ...ADDRESSES_4],
};
test.each(Object.entries(NO_HEADERS))('%s is no header', (_, bytes) => {
  expect(new TcpConversation(23).client(bytes)).toBe('tcp/telnet');
});

test('what looks like a header later, or comes behind other bytes, is none', () => {
  const connection = new TcpConversation(23);
  connection.client('x');
  expect(connection.client(HEADERS['version 1, IPv4']!)).toBe('tcp/telnet');
});

test('what a person reads of it', () => {
  const said = (header: Octets): unknown => {
    const connection = new TcpConversation(9999);
    connection.client(header);
    const fields = decoded(connection.packet).split('PROXY Protocol (proxy)\n')[1]!;
    return [
      print(connection.packet).info.at(-1),
      ...fields
        .trimEnd()
        .split(/\n? {4}/)
        .slice(1),
    ];
  };
  expect([
    said(HEADERS['version 1, IPv4']!),
    said(HEADERS['version 2, IPv4']!),
    said(HEADERS['version 2, IPv6']!),
    said(HEADERS['version 2, the proxy itself']!),
    said(version2(2, 0x43, [])),
  ]).toEqual([
    [
      'PROXY TCP4 192.0.2.7 192.0.2.2 4444 443',
      ...['Version: 1', 'Protocol: TCP4', 'Source Address: 192.0.2.7', 'Destination Address: 192.0.2.2'],
      ...['Source Port: 4444', 'Destination Port: 443'],
    ],
    [
      'PROXY v2 PROXY IPv4 STREAM',
      ...['Version: 2', 'Command: PROXY', 'Address Family: IPv4', 'Transport: STREAM', 'Length: 12'],
      ...['Source Address: 192.0.2.7', 'Destination Address: 192.0.2.2', 'Source Port: 4444', 'Destination Port: 443'],
    ],
    [
      'PROXY v2 PROXY IPv6 STREAM',
      ...['Version: 2', 'Command: PROXY', 'Address Family: IPv6', 'Transport: STREAM', 'Length: 36'],
      ...[
        'Source Address: 2001:db8::7',
        'Destination Address: 2001:db8::2',
        'Source Port: 4444',
        'Destination Port: 443',
      ],
    ],
    [
      'PROXY v2 LOCAL UNSPEC UNSPEC',
      ...['Version: 2', 'Command: LOCAL', 'Address Family: UNSPEC', 'Transport: UNSPEC', 'Length: 0'],
    ],
    [
      'PROXY v2 command 2 family 4 transport 3',
      ...['Version: 2', 'Command: command 2', 'Address Family: family 4', 'Transport: transport 3', 'Length: 0'],
    ],
  ]);
});

test('damage does no harm', async () => {
  const damage: string[] = [];
  for (const header of Object.values(HEADERS)) {
    if (header.length > 400) continue;
    const connection = new TcpConversation(443);
    connection.client([...header, ...HELLO]);
    damage.push(everyPrefixAndFlip(connection.frames.at(-1)!, 1));
  }
  await expect(damage.join('\n')).toMatchFileSnapshot(damageFile('proxy'));
});
