import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIp, parseIp } from '../../../src/core/net/ip-address.ts';
import { parsePrefix, prefixTest } from '../../../src/core/net/ip-prefix.ts';

const within = (address: string, block: string) => prefixTest(parsePrefix(block)!)(address);

test.each([
  ['10.1.2.3', '10.0.0.0/8', true],
  ['11.1.2.3', '10.0.0.0/8', false],
  ['10.0.0.1', '10.0.0.1', true],
  ['10.0.0.2', '10.0.0.1', false],
  ['255.255.255.255', '128.0.0.0/1', true],
  ['203.0.113.9', '0.0.0.0/0', true],
  ['::1', '0.0.0.0/0', false],
  ['203.0.113.9', '::/0', false],
  ['::ffff:10.0.0.1', '::/0', false],
  ['2001:db8::5', '2001:DB8:0::/32', true],
  ['2001:db9::5', '2001:db8::/32', false],
  ['fe80::1', 'fe80::/10', true],
  ['febf::1', 'fe80::/10', true],
  ['fec0::1', 'fe80::/10', false],
  ['::ffff:10.0.0.1', '10.0.0.0/8', true],
  ['10.0.0.1', '::ffff:10.0.0.1', true],
  ['10.9.9.9', '::ffff:10.0.0.0/104', true],
  ['11.9.9.9', '::ffff:10.0.0.0/104', false],
  ['10.0.0.7', '10.0.0.1/29', true], // host bits do not count
  ['10.0.0.1/8', '10.0.0.1', true], // as an interface lists it
  ['fe80::1%eth0', 'fe80::1', true],
  ['fe80::1%eth0', 'fe80::2', false],
  ['api.example.com', '0.0.0.0/0', false],
  ['', '::/0', false],
])('%s in %s: %s', (address, block, expected) => {
  expect(within(address, block)).toBe(expected);
});

test.each(['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/08', '10.0.0.0/-1', '10.0.0.0/8/8', '10.0.0/8', '/8', ''])(
  'refuses %j',
  (text) => {
    expect(parsePrefix(text)).toBeNull();
  },
);

describe('agrees with node', () => {
  test.each([
    ['ipv4', fc.ipV4(), 32],
    ['ipv6', fc.ipV6(), 128],
  ] as const)('%s', (family, addresses, width) => {
    fc.assert(
      fc.property(addresses, addresses, fc.nat(width), fc.boolean(), (network, other, length, near) => {
        // an unrelated address is hardly ever inside: half the time take the network's own with one bit changed
        const bytes = parseIp(network)!.bytes;
        const flipped = bytes.slice();
        if (length > 0) flipped[(length - 1) >> 3]! ^= 0x80 >> ((length - 1) & 7);
        const address = near ? formatIp({ family, bytes: flipped }) : formatIp(parseIp(other)!);
        fc.pre(!address.startsWith('::ffff:') && !formatIp({ family, bytes }).startsWith('::ffff:'));
        const peer = new BlockList();
        peer.addSubnet(network, length, family);
        expect(within(address, `${network}/${length}`)).toBe(peer.check(address, family));
        expect(within(formatIp({ family, bytes }), `${network}/${length}`)).toBe(true);
      }),
    );
  });
});
