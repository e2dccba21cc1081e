import net from 'node:net';
import { expect, test } from 'vitest';
import { formatIpv6 } from '../../../src/core/net/ip-address.ts';
import { ipv4Text, ipv6Text, isAny, isMapped } from '../../../src/platform/linux/address-text.ts';
import { hex } from './netlink-bytes.ts';

const wordsOf = (bytes: Buffer): Uint32Array => new Uint32Array(new Uint8Array(bytes).buffer);

test('writes an IPv4 address from its word', () => {
  expect(ipv4Text(wordsOf(hex('c0a80714'))[0]!)).toBe('192.168.7.20');
  expect(ipv4Text(wordsOf(hex('ffffffff'))[0]!)).toBe('255.255.255.255');
  expect(ipv4Text(0)).toBe('0.0.0.0');
});

test('writes an IPv6 address from its words, wherever they stand', () => {
  const words = wordsOf(hex('aaaaaaaa fd000007000000000000000000000020 00000000000000000000000000000000'));
  expect(ipv6Text(words, 1)).toBe('fd00:7::20');
  expect(ipv6Text(words, 5)).toBe('::');
});

test('keeps addresses that hash alike apart', () => {
  // five times as many as there are places
  for (let word = 0; word < 80_000; word++) {
    const text = ipv4Text(word);
    if (text !== [word & 255, (word >>> 8) & 255, word >>> 16, 0].join('.')) throw new Error(`${word} is ${text}`);
  }
  const bytes = Buffer.alloc(16);
  for (let n = 0; n < 80_000; n++) {
    bytes.writeUInt32BE(n, 12);
    bytes.writeUInt32LE(Math.imul(n, 2_654_435_761) >>> 0, 0);
    if (ipv6Text(wordsOf(bytes), 0) !== formatIpv6(bytes)) throw new Error(`${bytes.toString('hex')}`);
  }
});

test('knows mapped addresses and the address for any', () => {
  const mapped = wordsOf(hex('00000000 00000000 0000ffff c0a80714'));
  expect(isMapped(mapped, 0)).toBe(true);
  expect(net.isIPv6(ipv6Text(mapped, 0))).toBe(true);
  expect(isMapped(wordsOf(hex('00000000 00000001 0000ffff c0a80714')), 0)).toBe(false);
  expect(isMapped(wordsOf(hex('00000000 00000000 0001ffff c0a80714')), 0)).toBe(false);
  expect(['0.0.0.0', '::', '0.0.0.1', '::1'].map(isAny)).toEqual([true, true, false, false]);
});
