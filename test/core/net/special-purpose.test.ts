import { describe, expect, test } from 'vitest';
import { isGlobal as isHost, isMulticast } from '../../../src/core/insight/address-scope.ts';
import { formatIp, parseIp } from '../../../src/core/net/ip-address.ts';
import { holds, parsePrefix } from '../../../src/core/net/ip-prefix.ts';
import { locatedAddress } from '../../../src/core/net/located-address.ts';
import {
  isGlobal,
  isGlobalAddress,
  isGlobalIp,
  specialBlockAround,
  specialBlockOf,
} from '../../../src/core/net/special-purpose.ts';
import { Prng } from '../../fuzz/prng.ts';

/** IANA's registries of special-purpose addresses, IPv4 and IPv6: each block, and its first and last address. */
const REGISTRY: readonly (readonly [prefix: string, scope: string, first: string, last: string])[] = [
  ['0.0.0.0/32', 'unspecified', '0.0.0.0', '0.0.0.0'],
  ['0.0.0.0/8', 'reserved', '0.0.0.1', '0.255.255.255'],
  ['10.0.0.0/8', 'private', '10.0.0.0', '10.255.255.255'],
  ['100.64.0.0/10', 'shared', '100.64.0.0', '100.127.255.255'],
  ['127.0.0.0/8', 'loopback', '127.0.0.0', '127.255.255.255'],
  ['169.254.0.0/16', 'link_local', '169.254.0.0', '169.254.255.255'],
  ['172.16.0.0/12', 'private', '172.16.0.0', '172.31.255.255'],
  ['192.0.0.0/29', 'protocol', '192.0.0.0', '192.0.0.7'],
  ['192.0.0.8/32', 'protocol', '192.0.0.8', '192.0.0.8'],
  ['192.0.0.9/32', 'global', '192.0.0.9', '192.0.0.9'],
  ['192.0.0.10/32', 'global', '192.0.0.10', '192.0.0.10'],
  ['192.0.0.170/31', 'protocol', '192.0.0.170', '192.0.0.171'],
  ['192.0.0.0/24', 'protocol', '192.0.0.11', '192.0.0.255'],
  ['192.0.2.0/24', 'documentation', '192.0.2.0', '192.0.2.255'],
  ['192.31.196.0/24', 'global', '192.31.196.0', '192.31.196.255'],
  ['192.52.193.0/24', 'global', '192.52.193.0', '192.52.193.255'],
  ['192.88.99.0/24', 'translation', '192.88.99.0', '192.88.99.255'],
  ['192.88.99.2/32', 'translation', '192.88.99.2', '192.88.99.2'],
  ['192.168.0.0/16', 'private', '192.168.0.0', '192.168.255.255'],
  ['192.175.48.0/24', 'global', '192.175.48.0', '192.175.48.255'],
  ['198.18.0.0/15', 'benchmarking', '198.18.0.0', '198.19.255.255'],
  ['198.51.100.0/24', 'documentation', '198.51.100.0', '198.51.100.255'],
  ['203.0.113.0/24', 'documentation', '203.0.113.0', '203.0.113.255'],
  ['224.0.0.0/4', 'multicast', '224.0.0.0', '239.255.255.255'],
  ['240.0.0.0/4', 'reserved', '240.0.0.0', '255.255.255.254'],
  ['255.255.255.255/32', 'broadcast', '255.255.255.255', '255.255.255.255'],

  ['::/128', 'unspecified', '::', '::'],
  ['::1/128', 'loopback', '::1', '::1'],
  ['64:ff9b::/96', 'translation', '64:ff9b::', '64:ff9b::ffff:ffff'],
  ['64:ff9b:1::/48', 'translation', '64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  ['100::/64', 'discard', '100::', '100::ffff:ffff:ffff:ffff'],
  ['100:0:0:1::/64', 'discard', '100:0:0:1::', '100::1:ffff:ffff:ffff:ffff'],
  ['2001::/32', 'translation', '2001::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:1::1/128', 'global', '2001:1::1', '2001:1::1'],
  ['2001:1::2/128', 'global', '2001:1::2', '2001:1::2'],
  ['2001:1::3/128', 'global', '2001:1::3', '2001:1::3'],
  ['2001::/23', 'protocol', '2001:1::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:2::/48', 'benchmarking', '2001:2::', '2001:2:0:ffff:ffff:ffff:ffff:ffff'],
  ['2001:3::/32', 'global', '2001:3::', '2001:3:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:4:112::/48', 'global', '2001:4:112::', '2001:4:112:ffff:ffff:ffff:ffff:ffff'],
  ['2001:10::/28', 'protocol', '2001:10::', '2001:1f:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:20::/28', 'protocol', '2001:20::', '2001:2f:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:30::/28', 'protocol', '2001:30::', '2001:3f:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2001:db8::/32', 'documentation', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2002::/16', 'translation', '2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['2620:4f:8000::/48', 'global', '2620:4f:8000::', '2620:4f:8000:ffff:ffff:ffff:ffff:ffff'],
  ['3fff::/20', 'documentation', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['5f00::/16', 'protocol', '5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fc00::/7', 'private', 'fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['fe80::/10', 'link_local', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['ff00::/8', 'multicast', 'ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
];

test.each(REGISTRY)('%s is %s', (prefix, scope, ...ends) => {
  expect(specialBlockAround(parsePrefix(prefix)!)).toMatchObject({ prefix, scope });
  for (const end of ends) {
    expect(specialBlockOf(parseIp(end)!)).toMatchObject({ prefix, scope });
    expect(isGlobalAddress(end)).toBe(scope === 'global');
    expect(isMulticast(end)).toBe(scope === 'multicast' || scope === 'broadcast');
  }
});

test.each([
  ...['1.0.0.0', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '172.15.255.255', '172.32.0.0'],
  ...['192.0.1.0', '192.0.3.0', '192.167.255.255', '198.17.255.255', '198.20.0.0', '223.255.255.255'],
  ...['2000::', '2001:200::', '2001:db7:ffff::', '2001:db9::', '2003::', '2600::', '3ffe::', '3fff:1000::'],
])('%s is of the ordinary public space', (address) => {
  expect(specialBlockOf(parseIp(address)!)).toBeNull();
  expect([isGlobalAddress(address), isHost(address), isMulticast(address)]).toEqual([true, true, false]);
});

test.each(['::2', '64:ff9a::', '1fff:ffff::', '4000::', '5eff::', '5f01::', 'fbff::', 'fec0::', 'feff::'])(
  '%s is given to nobody',
  (address) => {
    expect(specialBlockOf(parseIp(address)!)).toMatchObject({ prefix: '::/0', scope: 'reserved' });
    expect(isGlobalAddress(address)).toBe(false);
  },
);

test('an IPv4-mapped address, and a block of them, is what it stands for', () => {
  expect(specialBlockOf(parseIp('::ffff:10.0.0.1')!)?.prefix).toBe('10.0.0.0/8');
  expect(specialBlockOf(parseIp('::ffff:8.8.8.8')!)).toBeNull();
  expect(isMulticast('::ffff:224.0.0.1')).toBe(true);
});

test.each([
  ['0.0.0.0/0', false],
  ['8.0.0.0/5', false],
  ['8.0.0.0/8', true],
  ['192.0.0.0/8', false],
  ['2000::/3', false],
  ['2600::/12', true],
  ['::/0', false],
])('every address of %s is global: %s', (prefix, expected) => {
  expect(isGlobal(parsePrefix(prefix)!)).toBe(expected);
});

test('one address is global where the block of it is, however it begins and whatever was asked before', () => {
  const random = new Prng(1);
  const asked = REGISTRY.flatMap(([, , first, last]) => [parseIp(first)!, parseIp(last)!]);
  for (let count = 0; count < 20_000; count++) {
    const bytes = Uint8Array.from({ length: count % 2 === 0 ? 4 : 16 }, () => random.below(256));
    // half of them begin as something special does
    const like = asked[count % (2 * REGISTRY.length)]!;
    if (random.below(2) === 0 && like.bytes.length === bytes.length) bytes.set(like.bytes.subarray(0, random.below(9)));
    asked.push({ family: bytes.length === 4 ? 'ipv4' : 'ipv6', bytes });
  }
  for (const one of asked) expect(isGlobalIp(one), formatIp(one)).toBe(isGlobal(parsePrefix(formatIp(one))!));
});

describe('the host in the Internet that a text stands for', () => {
  test.each([
    ['8.8.8.8', '8.8.8.8'],
    ['8.8.8.8/24', '8.8.8.8'],
    ['2600::1%eth0', '2600::1'],
    ['::ffff:8.8.8.8', '8.8.8.8'],
    ['64:ff9b::808:808', '8.8.8.8'],
    ['2002:808:808::1', '8.8.8.8'],
    ['2001:0:1:2:3:4:f7f7:f7f7', '8.8.8.8'],
    ['64:ff9b::a00:1', null],
    ['2002:a00:1::1', null],
    ['2001:0:1:2:3:4:f5ff:fffe', null],
    ['64:ff9b:1::808:808', null],
    ['fe80::1%eth0', null],
    ['example.org', null],
    ['', null],
  ])('%s: %s', (text, expected) => {
    const found = locatedAddress(text);
    expect(found === null ? null : formatIp(found)).toBe(expected);
    expect(isHost(text)).toBe(expected !== null);
  });
});

test.each([
  ['10.0.0.0/8', '10.1.0.0/16', true],
  ['10.0.0.0/8', '10.0.0.0/8', true],
  ['10.1.0.0/16', '10.0.0.0/8', false],
  ['10.0.0.0/7', '11.0.0.0/8', true],
  ['10.0.0.0/7', '12.0.0.0/8', false],
  ['0.0.0.0/0', '255.255.255.255', true],
  ['::/0', '10.0.0.0/8', false],
  ['2001:db8::/33', '2001:db8:7fff::/48', true],
  ['2001:db8::/33', '2001:db8:8000::/48', false],
])('%s holds all of %s: %s', (outer, inner, expected) => {
  expect(holds(parsePrefix(outer)!, parsePrefix(inner)!)).toBe(expected);
});
