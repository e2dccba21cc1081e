import { expect, test } from 'vitest';
import { parseZonedAddress } from '../../../src/platform/macos/zoned-address.ts';

test.each([
  ['192.168.1.1', 'ipv4', '192.168.1.1', null],
  ['2001:DB8:0:0::1', 'ipv6', '2001:db8::1', null],
  ['fe80::1%en0', 'ipv6', 'fe80::1', 'en0'],
  ['fe80:e::1', 'ipv6', 'fe80::1', '14'],
  ['fe80:102::1', 'ipv6', 'fe80::1', '258'],
  ['fe80:e::1%utun3', 'ipv6', 'fe80::1', 'utun3'],
  ['fe80::1%', 'ipv6', 'fe80::1', null],
  ['ff02:4::fb', 'ipv6', 'ff02::fb', '4'],
  ['ff32:40:2001:db8::1', 'ipv6', 'ff32:40:2001:db8::1', null],
  ['ff05:4::fb', 'ipv6', 'ff05:4::fb', null],
  ['::ffff:10.0.0.1', 'ipv4', '10.0.0.1', null],
])('%s', (text, family, addr, zone) => {
  expect(parseZonedAddress(text)).toEqual({ family, addr, zone });
});

test.each(['', '%en0', 'link#4', '0:0:5e:0:53:1', '10.0.0', 'fe80::1::2', '*'])('%j is no address', (text) => {
  expect(parseZonedAddress(text)).toBeNull();
});
