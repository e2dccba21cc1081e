import { describe, expect, test } from 'vitest';
import { formatIp, parseIp, parseIpv4 } from '../../../src/core/net/ip-address.ts';
import { AddressMap } from '../../../src/core/redact/address-map.ts';
import { keptBits4, keptBits6 } from '../../../src/core/redact/kept-prefixes.ts';

/** The key and the addresses that come with Crypto-PAn 1.0. */
const KEY = Uint8Array.of(
  ...[21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16],
  ...[216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2],
);
const map = new AddressMap(KEY);

function mapped(text: string, by = map): string {
  const address = parseIp(text)!;
  if (address.family === 'ipv4') by.replace4(address.bytes, 0);
  else by.replace6(address.bytes, 0);
  return formatIp(address);
}

test.each([
  ['128.11.68.132', '135.242.180.132'],
  ['129.118.74.4', '134.136.186.123'],
  ['130.132.252.244', '133.68.164.234'],
  ['141.223.7.43', '141.167.8.160'],
  ['141.233.145.108', '141.129.237.235'],
  ['152.163.225.39', '151.140.114.167'],
  ['156.29.3.236', '147.225.12.42'],
  ['165.247.96.84', '162.9.99.234'],
  ['166.107.77.190', '160.132.178.185'],
  ['192.102.249.13', '252.138.62.131'],
])('%s becomes what Crypto-PAn says, but for the first bits that stay', (from, to) => {
  const was = parseIpv4(from)!;
  const kept = keptBits4(was);
  const flips = (was ^ parseIpv4(to)!) & (0xffffffff >>> kept);
  expect(map.v4(was)).toBe((was ^ flips) >>> 0);
  expect(kept).toBeLessThan(12);
});

test.each([
  '0.0.0.0',
  '127.0.0.1',
  '255.255.255.255',
  '224.0.0.251',
  '239.255.255.250',
  '::',
  '::1',
  'ff02::1',
  'ff02::fb',
  'ff02::1:2',
])('%s says nothing of anybody, and stays', (text) => expect(mapped(text)).toBe(text));

test.each([
  ['10.1.2.3', /^10\./],
  ['100.64.1.2', /^100\./],
  ['127.0.0.53', /^127\./],
  ['169.254.7.8', /^169\.254\./],
  ['172.16.5.4', /^172\.(1[6-9]|2\d|3[01])\./],
  ['192.168.1.1', /^192\.168\./],
  ['232.1.2.3', /^2(2[4-9]|3\d)\./],
  ['fe80::1234:5678:9abc:def0', /^fe80::/],
  ['fd12:3456::1', /^f[cd]/],
  ['ff05::1:ff12:3456', /^ff05:/],
  ['2002:c000:204::1', /^2002:/],
  ['64:ff9b::c000:204', /^64:ff9b::/],
])('%s stays of its kind, and becomes another', (text, kind) => {
  expect(mapped(text)).toMatch(kind);
  expect(mapped(text)).not.toBe(text);
});

test('no address gets into a block from elsewhere, and no two become the same', () => {
  const seen = new Set<number>();
  for (let index = 0; index < 20_000; index++) {
    const address = Math.imul(index, 0x9e3779b1) >>> 0;
    const other = map.v4(address);
    expect([address, keptBits4(other)]).toEqual([address, keptBits4(address)]);
    seen.add(other);
  }
  expect(seen.size).toBe(20_000);
});

describe('prefixes', () => {
  const bitsOf = (text: string): string =>
    [...parseIp(text)!.bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const shared = (a: string, b: string): number => {
    const [one, other] = [bitsOf(a), bitsOf(b)];
    return [...one].findIndex((bit, index) => bit !== other[index]);
  };
  test.each([
    ['93.184.216.34', '93.184.216.35'],
    ['93.184.216.34', '93.184.1.1'],
    ['93.184.216.34', '93.1.1.1'],
    ['10.0.0.1', '10.0.0.2'],
    ['192.168.1.1', '192.0.2.1'],
    ['2a00:1450:4001::1', '2a00:1450:4001::2'],
    ['2a00:1450:4001::1', '2a00:1450::1'],
    ['fe80::1', 'fe80::2'],
    ['ff02::1:ff00:1', 'ff02::1:ff00:2'],
    ['2002:c000:204::1', '2002:c000:205::1'],
    ['::ffff:8.8.8.8', '::ffff:8.8.4.4'],
  ])('%s and %s share as many bits afterwards', (a, b) => {
    expect(shared(mapped(a), mapped(b))).toBe(shared(a, b));
  });
});

test('an IPv4 address inside one of IPv6 becomes what it becomes by itself', () => {
  expect(mapped('::ffff:93.184.216.34')).toBe(`::ffff:${mapped('93.184.216.34')}`);
  const inside = (text: string): number => Number.parseInt(mapped(text).split(':').at(-1)!, 16);
  const v4 = map.v4(parseIpv4('93.184.216.34')!);
  expect(inside('64:ff9b::5db8:d822')).toBe(v4 & 0xffff);
  expect(mapped('2002:5db8:d822::1')).toContain(`${(v4 >>> 16).toString(16)}:${(v4 & 0xffff).toString(16)}`);
});

test('the caches forget nothing that is right', () => {
  const other = new AddressMap(KEY);
  for (let index = 0; index < 200_000; index++) other.v4(Math.imul(index, 0x85ebca6b));
  for (const text of ['93.184.216.34', '10.1.2.3', '0.0.0.0', '2a00:1450:4001::1']) {
    expect(mapped(text, other)).toBe(mapped(text, new AddressMap(KEY)));
  }
});

test('bits that stay of IPv6: as many as of the block, and the way to it', () => {
  const kept = (text: string): number => keptBits6(parseIp(text)!.bytes);
  expect([kept('::'), kept('::1'), kept('fe80::1'), kept('ff02::fb'), kept('ff02::1:ff00:1')]).toEqual([
    128, 128, 64, 128, 96,
  ]);
  expect(kept('2a00::1')).toBeLessThan(8);
});
