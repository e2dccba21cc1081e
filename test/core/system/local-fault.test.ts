import { expect, test } from 'vitest';
import { isSurelyLocal, localFaultWords, mayBeLocal } from '../../../src/core/system/local-fault.ts';

const PLAIN = { isBroadcast: false, hasIpv6: true };

test.each([
  ['EPERM', 'a firewall of this machine refuses to send', true],
  ['EACCES', 'a route of this machine refuses to send', false],
  ['EADDRNOTAVAIL', 'no address of this machine fits', true],
  ['ENETUNREACH', 'network unreachable: no route', false],
  ['EHOSTUNREACH', 'a route of this machine says: host unreachable', false],
  ['EMFILE', 'too many open files', true],
  ['ENOBUFS', 'the send queue is full', true],
  ['EAFNOSUPPORT', 'this machine does not speak this version of IP', true],
  ['ENETDOWN', 'the interface is down', true],
  ['EINVAL', 'the system refuses to send to this address', true],
])('%s: %s', (code, words, isSure) => {
  expect(localFaultWords(code, '192.0.2.1', false, PLAIN)).toBe(words);
  expect([isSurelyLocal(code), mayBeLocal(code)]).toEqual([isSure, !isSure]);
});

test.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'toString', ''])('%s is of others', (code) => {
  expect(localFaultWords(code, '192.0.2.1', false, PLAIN)).toBeNull();
  expect([isSurelyLocal(code), mayBeLocal(code)]).toEqual([false, false]);
});

test('words fit what is known of the machine: each part alone', () => {
  const words = (code: string, addr: string, isBroadcast: boolean, hasIpv6: boolean, hasZone = false) =>
    localFaultWords(code, addr, hasZone, { isBroadcast, hasIpv6 });
  const broadcast = '192.0.2.255 is a broadcast address: it is not one host to ask';
  expect(words('EACCES', '192.0.2.255', true, true)).toBe(broadcast);
  expect(words('EPERM', '192.0.2.255', true, true)).toBe('a firewall of this machine refuses to send');
  for (const code of ['EADDRNOTAVAIL', 'ENETUNREACH', 'EAFNOSUPPORT'])
    expect(words(code, '2001:db8::1', false, false)).toBe('this machine has no IPv6');
  expect(words('ENETUNREACH', '2001:db8::1', false, true)).toBe('network unreachable: no route');
  expect(words('ENETUNREACH', '192.0.2.1', false, false)).toBe('network unreachable: no route');
  expect(words('EMFILE', '2001:db8::1', false, false)).toBe('too many open files');
  expect(words('EINVAL', 'fe80::1', false, true)).toBe('the address needs a zone: fe80::1%eth0');
  expect(words('EINVAL', 'febf::1', false, true)).toBe('the address needs a zone: fe80::1%eth0');
  for (const addr of ['fec0::1', '2001:db8::1', '10.0.0.1'])
    expect(words('EINVAL', addr, false, true)).toBe('the system refuses to send to this address');
  expect(words('EINVAL', 'fe80::1', false, true, true)).toBe('the system refuses to send to this address');
});
