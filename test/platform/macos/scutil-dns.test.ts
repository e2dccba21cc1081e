import { expect, test } from 'vitest';
import { parseScutilDns } from '../../../src/platform/macos/scutil-dns.ts';
import { BROKEN, expectCutsToKeepRows, outputOf } from './fixture.ts';

const SOURCE = 'scutil --dns';

test('servers once for each interface, without multicast DNS', () => {
  const search = ['lan', 'corp.example'];
  expect(parseScutilDns(outputOf(SOURCE))).toEqual([
    { addr: '192.168.1.1', port: 53, iface: 'en0', search, source: SOURCE },
    { addr: 'fe80::1', port: 53, iface: 'en0', search, source: SOURCE },
    { addr: '10.8.0.1', port: 5353, iface: 'utun3', search: ['corp.example'], source: SOURCE },
    { addr: '10.8.0.2', port: 53, iface: 'utun3', search: [], source: SOURCE },
  ]);
});

test('a server for every interface is not repeated for one', () => {
  const text = `DNS configuration

resolver #1
  nameserver[0] : 9.9.9.9
  flags    : Request A records

DNS configuration (for scoped queries)

resolver #1
  nameserver[0] : 9.9.9.9
  if_index : 4 (en0)
  flags    : Scoped, Request A records
`;
  expect(parseScutilDns(text)).toEqual([{ addr: '9.9.9.9', port: 53, iface: null, search: [], source: SOURCE }]);
});

test('the zone of a server names its interface when nothing else does', () => {
  expect(parseScutilDns('resolver #1\n  nameserver[0] : fe80::1%en3\n  if_index : 7 (?)\n')).toMatchObject([
    { addr: 'fe80::1', iface: 'en3' },
  ]);
});

test('what is no server is left out', () => {
  const text = '  nameserver[0] : 9.9.9.9\nresolver #1\n  nameserver[0] : unexpected address family 18\n  port : x\n';
  expect(parseScutilDns(text)).toEqual([]);
  expect(parseScutilDns('No DNS configuration available\n')).toEqual([]);
});

test('a listing cut anywhere keeps the resolvers before', () => {
  expectCutsToKeepRows(outputOf(SOURCE), parseScutilDns, 2);
  expect(parseScutilDns(outputOf(SOURCE, BROKEN))).toHaveLength(3);
});
