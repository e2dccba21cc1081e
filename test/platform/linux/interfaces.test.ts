import { describe, expect, test } from 'vitest';
import { readInterfaces } from '../../../src/platform/linux/interfaces.ts';
import { den } from './folder-machine.ts';

describe('a machine as files', () => {
  const { rows, limits } = readInterfaces(den, null);

  test('has the addresses and default routes of its interfaces', () => {
    expect(limits).toEqual([]);
    expect(rows.map(({ name, ipv4, ipv6, default_route }) => [name, ipv4, ipv6, default_route])).toEqual([
      ['lo', ['127.0.0.1/8'], ['::1/128'], null],
      ['eth0', ['192.168.7.20/24'], ['fd00:7::20/64', 'fe80::5054:ff:fe12:3456/64'], 'both'],
      ['wlan0', ['10.11.1.5/22'], [], 'ipv4'],
      ['br0', ['172.18.0.1/16'], [], null],
      ['veth1', [], [], null],
      ['veth0', [], [], null],
      ['tun0', ['10.8.0.6/24'], [], null],
      ['eth0.5', [], [], null],
    ]);
  });
});
