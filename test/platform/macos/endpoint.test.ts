import { expect, test } from 'vitest';
import { endpointsKey, parseEndpoint } from '../../../src/platform/macos/endpoint.ts';

test.each([
  ['*:80', ':', 'ipv4', { family: 'ipv4', addr: '0.0.0.0', port: 80, zone: null }],
  ['*:80', ':', 'ipv6', { family: 'ipv6', addr: '::', port: 80, zone: null }],
  ['*.*', '.', 'ipv6', { family: 'ipv6', addr: '::', port: 0, zone: null }],
  ['127.0.0.1:65535', ':', 'ipv6', { family: 'ipv4', addr: '127.0.0.1', port: 65_535, zone: null }],
  ['192.168.1.23.22', '.', 'ipv4', { family: 'ipv4', addr: '192.168.1.23', port: 22, zone: null }],
  ['[fe80:e::1]:22', ':', 'ipv6', { family: 'ipv6', addr: 'fe80::1', port: 22, zone: '14' }],
  ['fe80::1%en0.22', '.', 'ipv6', { family: 'ipv6', addr: 'fe80::1', port: 22, zone: 'en0' }],
] as const)('%s parted by "%s" on %s', (text, separator, family, endpoint) => {
  expect(parseEndpoint(text, separator, family)).toEqual(endpoint);
});

test.each(['', '*', '127.0.0.1', '127.0.0.1:', '127.0.0.1:65536', '127.0.0.1:http', 'localhost:80', '[::1:80', ':80'])(
  '%j is no endpoint',
  (text) => {
    expect(parseEndpoint(text, ':', 'ipv4')).toBeNull();
  },
);

test('lsof and netstat name a socket alike', () => {
  const lsof = { local: parseEndpoint('[fe80:e::1]:22', ':', 'ipv6')!, remote: parseEndpoint('[::1]:9', ':', 'ipv6') };
  const netstat = {
    local: parseEndpoint('fe80::1%en0.22', '.', 'ipv6')!,
    remote: parseEndpoint('::1.9', '.', 'ipv6'),
  };
  expect(endpointsKey({ proto: 'tcp', ...lsof })).toBe(endpointsKey({ proto: 'tcp', ...netstat }));
});
