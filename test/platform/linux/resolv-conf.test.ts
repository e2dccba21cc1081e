import { describe, expect, test } from 'vitest';
import { parseNameServer, parseResolvConf } from '../../../src/platform/linux/resolv-conf.ts';
import { brokenDen } from './folder-machine.ts';

const plain = (addr: string) => ({ addr, port: null, zone: null });

describe('parseResolvConf', () => {
  const text = `; a comment
# nameserver 192.0.2.1
nameserver 192.0.2.53
nameserver\tFD00:0:0::53   ignored
nameserver fe80::1%eth0
domain first.example
search home.arpa  corp.example
options edns0 ndots:2
`;

  test('reads servers and the last search list', () => {
    expect(parseResolvConf(text)).toEqual({
      servers: [plain('192.0.2.53'), plain('fd00::53'), { addr: 'fe80::1', port: null, zone: 'eth0' }],
      search: ['home.arpa', 'corp.example'],
    });
  });

  test('a later domain replaces the search list', () => {
    expect(parseResolvConf('search a b\ndomain c d').search).toEqual(['c']);
  });

  test('reads a file with Windows line ends', () => {
    expect(parseResolvConf('nameserver 192.0.2.53\r\nsearch a\r\n')).toEqual({
      servers: [plain('192.0.2.53')],
      search: ['a'],
    });
  });

  test('skips broken lines', () => {
    expect(parseResolvConf(brokenDen.read('/etc/resolv.conf'))).toEqual({
      servers: [plain('192.0.2.53')],
      search: ['home.arpa'],
    });
  });

  test('keeps, of every prefix, the servers of its whole lines', () => {
    for (let end = 0; end <= text.length; end++) {
      const whole = parseResolvConf(text.slice(0, text.lastIndexOf('\n', end - 1) + 1)).servers;
      expect(parseResolvConf(text.slice(0, end)).servers.slice(0, whole.length)).toEqual(whole);
    }
  });
});

describe('parseNameServer', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1', null, null],
    ['192.0.2.1:5353', '192.0.2.1', 5353, null],
    ['192.0.2.1#5353', '192.0.2.1', 5353, null],
    ['192.0.2.1#dns.example', '192.0.2.1', null, null],
    ['192.0.2.1:853%2#dns.example', '192.0.2.1', 853, '2'],
    ['2001:DB8::1', '2001:db8::1', null, null],
    ['[2001:db8::1]:53', '2001:db8::1', 53, null],
    ['[2001:db8::1]:853#dns.example', '2001:db8::1', 853, null],
    ['fe80::1%3', 'fe80::1', null, '3'],
    ['fe80::1%wlan0#dns.example', 'fe80::1', null, 'wlan0'],
    ['192.0.2.1:99999', '192.0.2.1', null, null],
  ])('%s', (text, addr, port, zone) => expect(parseNameServer(text)).toEqual({ addr, port, zone }));

  test.each(['', 'localhost', '192.0.2', '192.0.2.1:', '[2001:db8::1', '[]:53', '%eth0', '#', 'fe80::1%'])(
    '"%s" is none',
    (text) => expect(parseNameServer(text)).toBeNull(),
  );
});
