import { describe, expect, test } from 'vitest';
import { readInterfaceNames } from '../../../src/platform/linux/interface-names.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { den, folderMachine } from './folder-machine.ts';
import { hasIp, ipJson } from './ip-tool.ts';

test('names are found by index and by address of a machine as files', () => {
  const { byIndex, byAddress } = readInterfaceNames(den, null);
  expect([1, 2, 3].map((index) => byIndex.get(index))).toEqual(['lo', 'eth0', 'wlan0']);
  expect(byAddress.get('192.168.7.20')).toBe('eth0');
  expect(byAddress.get('fd00:7::20')).toBe('eth0');
  expect(byAddress.get('10.8.0.6')).toBe('tun0');
});

test('a machine without interfaces', () => expect(readInterfaceNames(folderMachine({}), null).byIndex.size).toBe(0));

describe.skipIf(!hasIp)('this machine', () => {
  test('has the names and addresses that ip shows', () => {
    const { byIndex, byAddress } = readInterfaceNames(openHost(null, realClock), null);
    const links = ipJson<{ ifindex: number; ifname: string; addr_info: { local: string }[] }>('addr');
    expect([...byIndex].sort()).toEqual(links.map(({ ifindex, ifname }) => [ifindex, ifname]).sort());
    for (const { ifname, addr_info } of links) {
      for (const { local } of addr_info) if (!local.startsWith('fe80')) expect(byAddress.get(local)).toBe(ifname);
    }
  });
});
