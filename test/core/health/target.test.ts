import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { parseTarget } from '../../../src/core/health/target.ts';
import { PROBE_KINDS } from '../../../src/core/record/tables/probe.ts';

describe('targets', () => {
  test.each([
    ['192.0.2.1', 'icmp', '192.0.2.1', 0, ''],
    ['example.org', 'icmp', 'example.org', 0, ''],
    ['fe80::1%eth0', 'icmp', 'fe80::1%eth0', 0, ''],
    ['icmp://2001:DB8::0:1', 'icmp', '2001:db8::1', 0, ''],
    ['icmp://[::1]/', 'icmp', '::1', 0, '/'],
    ['tcp://example.org:5432', 'tcp', 'example.org', 5432, ''],
    ['TCP://[2001:db8::1]:80', 'tcp', '2001:db8::1', 80, ''],
    ['udp://192.0.2.1:7', 'udp', '192.0.2.1', 7, ''],
    ['dns://9.9.9.9/example.org?type=AAAA', 'dns', '9.9.9.9', 53, '/example.org?type=AAAA'],
    ['dot://dns.example:8853/example.org', 'dot', 'dns.example', 8853, '/example.org'],
    ['https://example.org/a/b?c=d', 'https', 'example.org', 443, '/a/b?c=d'],
    ['http://example.org?x', 'http', 'example.org', 80, '?x'],
    ['tls://example.org', 'tls', 'example.org', 443, ''],
    ['stun://stun.example', 'stun', 'stun.example', 3478, ''],
    ['ntp://_ntp.example.', 'ntp', '_ntp.example.', 123, ''],
    ['trace://münchen.example', 'trace', 'münchen.example', 0, ''],
    ['http://BÜCHER.example', 'http', 'BÜCHER.example', 80, ''],
    ['dot://bu\u0308cher.example', 'dot', 'bu\u0308cher.example', 853, ''],
    ['doh://faß.example', 'doh', 'faß.example', 443, ''],
    ['https://日本.example', 'https', '日本.example', 443, ''],
    ['mtu://xn--mnchen-3ya.example', 'mtu', 'xn--mnchen-3ya.example', 0, ''],
  ])('%s', (text, kind, host, port, path) => {
    expect(parseTarget(text)).toEqual({ text, kind, host, port, path });
  });

  test.each<[string, string, number, number]>([
    ['tpc://host:1', 'unknown scheme "tpc"', 0, 3],
    ['tcp://host', 'tcp:// needs a port', 10, 1],
    ['tcp://host:', 'tcp:// needs a port', 11, 1],
    ['tcp://host:0', '"0" is no port', 11, 1],
    ['tcp://host:65536', '"65536" is no port', 11, 5],
    ['tcp://host:http', '"http" is no port', 11, 4],
    ['tcp://:80', 'tcp:// needs a host', 6, 1],
    ['icmp://host:80', 'icmp:// has no port: "80"', 12, 2],
    ['icmp://host/path', 'icmp:// has no path: "/path"', 11, 5],
    ['-oProxyCommand', '"-oProxyCommand" is no host', 0, 14],
    ['tcp://010.1.1.1:80', '"010.1.1.1" is no host', 6, 9],
    ['icmp://1.2.3', '"1.2.3" is no host', 7, 5],
    ['icmp://0x7f.1', '"0x7f.1" is no host', 7, 6],
    ['icmp://a..b', '"a..b" is no host', 7, 4],
    ['icmp://$(id)', '"$(id)" is no host', 7, 5],
    ['icmp://host;id', '"host;id" is no host', 7, 7],
    ['tcp://user@host:80', '"user@host" is no host', 6, 9],
    ['tcp://[1.2.3.4]:80', '"1.2.3.4" is no host', 6, 9],
    ['tcp://[::1:80', '"[::1:80" is no host', 6, 7],
    ['tcp://::1:80x:80', '"::1:80x:80" is no host', 6, 10],
    ['', 'icmp:// needs a host', 0, 1],
  ])('%j: %s', (text, message, column, length) => {
    expect(() => parseTarget(text)).toThrow(
      expect.objectContaining({ exit: 64, message, place: { text, column, length } }),
    );
  });

  describe.each(PROBE_KINDS.filter((kind) => kind !== 'tcp' && kind !== 'udp'))('%s://', (kind) => {
    test.each([
      ['127。0.0.1', '127.0.0.1'],
      ['127．0．0．1', '127.0.0.1'],
      ['127｡0.0.1', '127.0.0.1'],
      ['１２７.0.0.1', '127.0.0.1'],
      ['127.0.0.①', '127.0.0.1'],
      ['127.0.0.1.', '127.0.0.1'],
      ['127.1', '127.0.0.1'],
      ['0177.0.0.1', '127.0.0.1'],
      ['0x7f.1', '127.0.0.1'],
      ['127.0x1', '127.0.0.1'],
      ['127.0.0.0X1', '127.0.0.1'],
      ['2130706433', '127.0.0.1'],
      ['host.1', 'HOST'],
      ['日本。example', '日本.example'],
      ['ⓔxample.org', 'example.org'],
      ['ｅxample.org', 'example.org'],
      ['exam\u00adple.org', 'example.org'],
      ['a\u200db.example', 'HOST'],
      ['xn--a.example', 'HOST'],
    ])('%s, which others take for %s, is no host', (host, hint) => {
      expect(() => parseTarget(`${kind}://${host}`)).toThrow(
        expect.objectContaining({ exit: 64, message: `"${host}" is no host`, hint: `${kind}://${hint}` }),
      );
    });
  });

  test('any text is a target or a failure with a place in it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.ipV6()), (text) => {
        try {
          expect(parseTarget(text).text).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
          const { column } = (error as Failure).place!;
          expect(column).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });
});
