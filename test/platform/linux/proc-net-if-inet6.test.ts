import { expect, test } from 'vitest';
import { parseIfInet6 } from '../../../src/platform/linux/proc-net-if-inet6.ts';
import { brokenDen, den } from './folder-machine.ts';
import { badPrefix } from './text-prefixes.ts';

const text = den.read('/proc/net/if_inet6');

test('reads addresses with their prefix lengths', () => {
  expect(parseIfInet6(text)).toEqual([
    { iface: 'lo', cidr: '::1/128' },
    { iface: 'eth0', cidr: 'fd00:7::20/64' },
    { iface: 'eth0', cidr: 'fe80::5054:ff:fe12:3456/64' },
  ]);
});

test('skips broken lines', () => {
  expect(parseIfInet6(brokenDen.read('/proc/net/if_inet6'))).toEqual([{ iface: 'lo', cidr: '::1/128' }]);
});

test('survives every cut', () => expect(badPrefix(text, parseIfInet6)).toBeNull());
