import { expect, test } from 'vitest';
import { interfaceKind } from '../../../src/platform/linux/interface-kind.ts';

const evidence = { hardwareType: 1, driver: null, tap: false, wireless: false };

test.each([
  ['ethernet', {}],
  ['wifi', { wireless: true }],
  ['wifi', { driver: 'wlan' }],
  ['loopback', { hardwareType: 772 }],
  ['ppp', { hardwareType: 512 }],
  ['infiniband', { hardwareType: 32 }],
  ['tun', { hardwareType: 65534, driver: 'tun' }],
  ['tap', { driver: 'tun', tap: true }],
  ['wireguard', { hardwareType: 65534, driver: 'wireguard' }],
  ['gre', { driver: 'ip6gretap' }],
  ['ethernet', { driver: 'dsa' }],
  ['other', { driver: 'netdevsim' }],
  ['other', { hardwareType: 65534 }],
  ['other', { hardwareType: null }],
])('%s: %o', (kind, differing) => {
  expect(interfaceKind({ ...evidence, ...differing })).toBe(kind);
});
