import { expect, test } from 'vitest';
import { endpointText, hostText } from '../../../src/core/net/endpoint-text.ts';

test('an address of IPv6 has brackets, so that its port can be told from it', () => {
  const hosts = ['192.0.2.1', '2001:db8::1', 'fe80::1%eth0', 'host.example'];
  expect(hosts.map(hostText)).toEqual(['192.0.2.1', '[2001:db8::1]', '[fe80::1%eth0]', 'host.example']);
  expect(hosts.map((host) => endpointText(host, 80)).slice(0, 2)).toEqual(['192.0.2.1:80', '[2001:db8::1]:80']);
});
