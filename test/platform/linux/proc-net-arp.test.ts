import { expect, test } from 'vitest';
import { parseArp } from '../../../src/platform/linux/proc-net-arp.ts';
import { brokenDen, den } from './folder-machine.ts';
import { badPrefix } from './text-prefixes.ts';

const text = den.read('/proc/net/arp');

test('reads complete, incomplete and permanent entries', () => {
  expect(parseArp(text)).toEqual([
    { addr: '192.168.7.1', mac: '52:54:00:aa:bb:01', iface: 'eth0', state: null, host: null, vendor: null },
    { addr: '192.168.7.9', mac: null, iface: 'eth0', state: 'INCOMPLETE', host: null, vendor: null },
    { addr: '10.11.0.1', mac: '3c:a9:f4:00:00:99', iface: 'wlan0', state: 'PERMANENT', host: null, vendor: null },
  ]);
});

test('skips broken lines; a hardware address of another length is unknown', () => {
  expect(parseArp(brokenDen.read('/proc/net/arp'))).toEqual([
    { addr: '192.168.7.1', mac: '52:54:00:aa:bb:01', iface: 'eth0', state: null, host: null, vendor: null },
    { addr: '192.168.7.3', mac: null, iface: 'eth0', state: null, host: null, vendor: null },
  ]);
});

test('survives every cut', () => expect(badPrefix(text, parseArp)).toBeNull());
