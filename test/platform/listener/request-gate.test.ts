import { describe, expect, test } from 'vitest';
import { type Asked, hostOf, refusalOf } from '../../../src/platform/listener/request-gate.ts';

const asked = (changes: Partial<Asked> = {}): Asked => ({
  method: 'GET',
  hosts: ['127.0.0.1:9787'],
  hasBody: false,
  fetchSite: undefined,
  fetchMode: undefined,
  ...changes,
});
const statusOf = (changes: Partial<Asked>, own = '127.0.0.1', names: readonly string[] = []): number | null =>
  refusalOf(asked(changes), own, names)?.status ?? null;

test.each([
  ['GET', null],
  ['HEAD', null],
  ['POST', 405],
  ['OPTIONS', 405],
  ['TRACE', 405],
  ['', 405],
])('%s: %s', (method, status) => expect(statusOf({ method })).toBe(status));

describe('the Host header', () => {
  test.each<[string, string, number | null]>([
    ['localhost', '127.0.0.1', null],
    ['LOCALHOST:9787', '127.0.0.1', null],
    ['localhost.', '127.0.0.1', null],
    ['127.9.9.9', '127.0.0.1', null],
    ['[::1]:9787', '::1', null],
    ['192.0.2.7:9787', '192.0.2.7', null],
    ['192.0.2.7', '::ffff:192.0.2.7', null],
    ['[2001:db8::7]:9787', '2001:db8::7', null],
    ['[fe80::1]:9787', 'fe80::1%eth0', null],
    ['monitor.example.org:9787', '192.0.2.7', null],
    // addresses and names of others
    ['192.0.2.8', '192.0.2.7', 421],
    ['evil.example.org', '127.0.0.1', 421],
    ['127.0.0.1.evil.example.org', '127.0.0.1', 421],
    ['localhost.evil.example.org', '127.0.0.1', 421],
    ['0x7f.1', '127.0.0.1', 421],
    ['127.1', '127.0.0.1', 421],
    // no hosts
    ['', '127.0.0.1', 400],
    ['localhost:', '127.0.0.1', 400],
    ['localhost:123456', '127.0.0.1', 400],
    ['user@localhost', '127.0.0.1', 400],
    ['localhost/', '127.0.0.1', 400],
    ['local host', '127.0.0.1', 400],
    ['ｌocalhost', '127.0.0.1', 400],
    ['.', '127.0.0.1', 400],
  ])('%j at %s: %s', (host, own, status) =>
    expect(statusOf({ hosts: [host] }, own, ['monitor.example.org'])).toBe(status),
  );

  test('is there once', () => {
    expect(statusOf({ hosts: [] })).toBe(400);
    expect(statusOf({ hosts: ['localhost', 'evil.example.org'] })).toBe(400);
  });

  test('of anything is a host or none, and never throws', () => {
    for (let code = 0; code < 0x300; code++) {
      const host = hostOf(`a${String.fromCharCode(code)}b`);
      expect(host === null || /^[0-9a-z._-]+$/.test(host)).toBe(true);
    }
  });
});

test('pages of other sites may not ask; links to the page may be followed', () => {
  expect(statusOf({ fetchSite: 'cross-site', fetchMode: 'no-cors' })).toBe(403);
  expect(statusOf({ fetchSite: 'same-site', fetchMode: 'cors' })).toBe(403);
  expect(statusOf({ fetchSite: 'cross-site', fetchMode: 'navigate' })).toBe(null);
  expect(statusOf({ fetchSite: 'same-origin', fetchMode: 'cors' })).toBe(null);
  expect(statusOf({ fetchSite: 'none', fetchMode: 'navigate' })).toBe(null);
});

test('a body is refused', () => expect(statusOf({ hasBody: true })).toBe(400));
