import { isIP, isIPv4, SocketAddress } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writtenText } from '../../../src/core/net/byte-text.ts';
import {
  foldMapped,
  formatIp,
  formatIpv4,
  formatIpv6,
  parseIp,
  parseIpv4,
  parseIpv6Into,
  writeIpv6,
} from '../../../src/core/net/ip-address.ts';

/** 16 bytes with many zero groups, so that `::` has something to do. */
const ipv6Bytes = fc
  .array(fc.oneof(fc.constant(0), fc.constant(0xffff), fc.integer({ min: 0, max: 0xffff })), {
    minLength: 8,
    maxLength: 8,
  })
  .map((groups) => Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255])));

/** Text near an address: pieces that addresses are made of, in any order. */
const nearAddress = fc
  .array(fc.constantFrom('0', '1', '01', '255', '256', 'ffff', 'abcde', 'g', ':', '::', '.', '1.2.3.4', 'F', ' '), {
    maxLength: 17,
  })
  .map((pieces) => pieces.join(''));

test('an address of IPv6 is written as it is formatted', () => {
  fc.assert(
    fc.property(ipv6Bytes, (bytes) => {
      expect(writtenText((out) => writeIpv6(out, bytes, 0))).toBe(formatIpv6(bytes));
    }),
    { numRuns: 2000 },
  );
});

/** Node writes the deprecated IPv4-compatible block `::/96` with dots, which RFC 5952 does not ask for. */
const isCompatible = (bytes: Uint8Array) => bytes.subarray(0, 12).every((byte) => byte === 0);

describe('formatting', () => {
  test.each([
    [0x0a000001, '10.0.0.1'],
    [0xffffffff, '255.255.255.255'],
    [-1, '255.255.255.255'],
    [0, '0.0.0.0'],
  ])('%i', (address, text) => {
    expect(formatIpv4(address)).toBe(text);
  });

  test.each([
    // RFC 5952, 4.1 to 5
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:DB8::ABCD', '2001:db8::abcd'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['0:2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
    ['::ffff:a00:1', '::ffff:10.0.0.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s is %s', (written, canonical) => {
    expect(formatIp(parseIp(written)!)).toBe(canonical);
  });

  test('agrees with node on any address', () => {
    fc.assert(
      fc.property(ipv6Bytes, (bytes) => {
        fc.pre(!isCompatible(bytes));
        const groups = Array.from({ length: 8 }, (_, index) =>
          ((bytes[2 * index]! << 8) | bytes[2 * index + 1]!).toString(16),
        );
        const peer = new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
        expect(formatIpv6(bytes)).toBe(peer);
      }),
    );
  });

  test('reads at an offset', () => {
    const bytes = new Uint8Array(20);
    bytes[19] = 1;
    expect(formatIpv6(bytes, 4)).toBe('::1');
  });
});

describe('parsing', () => {
  test.each([
    '10.0.0',
    '010.0.0.1',
    '10.0.0.256',
    '10.0.0.1.',
    '0x0a.0.0.1',
    '167772161',
    ' 10.0.0.1',
    '10.0.0.1/8',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '1:2:3:4::5:6:7:8',
    '12345::',
    '::1%eth0',
    '[::1]',
    '::1.2.3',
    '1:2:3:4:5:6:7:1.2.3.4',
    '',
  ])('refuses %j', (text) => {
    expect(parseIp(text)).toBeNull();
  });

  test('takes what node takes, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(nearAddress, fc.ipV4(), fc.ipV6(), fc.string()), (text) => {
        const version = text.includes('%') ? 0 : isIP(text); // a zone is no part of an address here
        expect(parseIp(text)?.family ?? null).toBe(version === 0 ? null : `ipv${version}`);
        expect(parseIpv4(text) !== null).toBe(isIPv4(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('reads back what was formatted', () => {
    fc.assert(
      fc.property(ipv6Bytes, fc.integer({ min: 0, max: 0xffffffff }), (bytes, address) => {
        expect(parseIp(formatIpv6(bytes))).toEqual({ family: 'ipv6', bytes });
        expect(parseIpv4(formatIpv4(address))).toBe(address);
      }),
    );
  });

  test('leaves no trace of what the buffer held', () => {
    const bytes = new Uint8Array(16).fill(0xff);
    expect(parseIpv6Into('1::2', bytes)).toBe(true);
    expect(formatIpv6(bytes)).toBe('1::2');
  });
});

test('folds mapped addresses and no others', () => {
  expect(foldMapped('::ffff:10.0.0.1')).toBe('10.0.0.1');
  expect(foldMapped('::ffff:1:2:3')).toBe('::ffff:1:2:3');
  expect(foldMapped('64:ff9b::a00:1')).toBe('64:ff9b::a00:1');
  expect(foldMapped('10.0.0.1')).toBe('10.0.0.1');
});
