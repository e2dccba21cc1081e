import { expect, test } from 'vitest';
import { parseIfconfig } from '../../../src/platform/macos/ifconfig.ts';
import { interfaceKind } from '../../../src/platform/macos/interface-kind.ts';

const ETHER = '\tether 00:00:5e:00:53:01\n';

test.each([
  ['lo0', '', 'loopback'],
  ['en0', `${ETHER}\ttype: Wi-Fi\n`, 'wifi'],
  ['en4', `${ETHER}\ttype: USB Ethernet\n`, 'ethernet'],
  ['anpi0', ETHER, 'ethernet'],
  ['awdl0', ETHER, 'wifi'],
  ['llw0', ETHER, 'wifi'],
  ['bridge100', ETHER, 'bridge'],
  ['bond0', ETHER, 'bond'],
  ['vlan3', ETHER, 'vlan'],
  ['feth1', ETHER, 'veth'],
  ['utun12', '', 'tun'],
  ['ipsec0', '', 'tun'],
  ['tap0', ETHER, 'tap'],
  ['gif0', '', 'ipip'],
  ['stf0', '', 'sit'],
  ['ppp0', '', 'ppp'],
  ['XHC20', '', 'other'],
])('%s %j is %s', (name, details, kind) => {
  expect(interfaceKind(parseIfconfig(`${name}: flags=0<> mtu 0 index 1\n${details}`)[0]!)).toBe(kind);
});
