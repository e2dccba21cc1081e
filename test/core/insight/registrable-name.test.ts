import { expect, test } from 'vitest';
import { isOfAddress, isOfService, registrableName, subNameOf } from '../../../src/core/insight/registrable-name.ts';

test.each([
  ['a.b.example.com', 'example.com', 'a.b'],
  ['A.Example.CO.UK.', 'example.co.uk', 'A'],
  ['co.uk', 'co.uk', ''],
  ['example.com', 'example.com', ''],
  ['localhost', 'localhost', ''],
  ['', '', ''],
  ['.', '', ''],
  ['a..b', '.b', 'a'],
])('%s is below %s', (name, registrable, sub) => {
  expect(registrableName(name)).toBe(registrable);
  expect(subNameOf(name, registrable)).toBe(sub);
});

test('questions about addresses and services', () => {
  expect(['1.0.0.127.in-addr.arpa', '2.0.0.127.zen.example', `${'0.'.repeat(32)}bl.example`].map(isOfAddress)).toEqual([
    true,
    true,
    true,
  ]);
  expect(['1.2.3.example', 'arpa.example'].map(isOfAddress)).toEqual([false, false]);
  expect(['_ldap._tcp.a.example', 'k._domainkey.example', 'a_b.example'].map(isOfService)).toEqual([true, true, false]);
});
