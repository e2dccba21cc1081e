import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseListenAddress, urlOf } from '../../../../src/commands/export/metrics/listen-address.ts';
import { Failure } from '../../../../src/core/failure.ts';

test.each([
  ['9787', '127.0.0.1', 9787, true],
  [':9787', '127.0.0.1', 9787, true],
  ['0', '127.0.0.1', 0, true],
  ['localhost:9787', 'localhost', 9787, true],
  ['127.0.0.2:1', '127.0.0.2', 1, true],
  ['[::1]:65535', '::1', 65_535, true],
  ['0.0.0.0:9787', '0.0.0.0', 9787, false],
  ['[::]:9787', '::', 9787, false],
  ['192.0.2.7:9787', '192.0.2.7', 9787, false],
])('%s', (text, host, port, isLoopback) => expect(parseListenAddress(text)).toEqual({ host, port, isLoopback }));

describe('is refused', () => {
  test.each([
    ['', 'is not HOST:PORT', '127.0.0.1:9787'],
    ['localhost', 'is not HOST:PORT', '127.0.0.1:9787'],
    ['65536', 'is not HOST:PORT', '127.0.0.1:9787'],
    ['-1', 'is not HOST:PORT', '127.0.0.1:9787'],
    ['::1', 'is not HOST:PORT', "'[::1]:9787'"],
    ['http://localhost:9787', 'is not HOST:PORT', '127.0.0.1:9787'],
    ['web.example.org:80', '"web.example.org" is no address', '127.0.0.1:80'],
    ['010.1.1.1:80', '"010.1.1.1" is no address', '127.0.0.1:80'],
    ['*:80', '"*" is no address', '127.0.0.1:80'],
    ['[127.0.0.1]:80', '"127.0.0.1" is no address', '127.0.0.1:80'],
  ])('%j', (text, message, hint) => {
    let error: unknown = null;
    try {
      parseListenAddress(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      exit: 64,
      message: expect.stringContaining(message),
      hint: expect.stringContaining(`--listen ${hint}`),
    });
  });
});

test('a URL has brackets around IPv6, and no zone', () => {
  expect(urlOf('127.0.0.1', 80)).toBe('http://127.0.0.1:80');
  expect(urlOf('fe80::1%eth0', 80)).toBe('http://[fe80::1]:80');
});

test('any text is an address and a port, or a mistake that is told', () => {
  const parts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(':', '[', ']', '::1', '%eth0', '127.0.0.1', '80', 'localhost'),
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 6 }), (some) => {
      try {
        const { host, port } = parseListenAddress(some.join(''));
        expect(host).toMatch(/^(localhost|[0-9.]+|[0-9a-f:.]+(%.+)?)$/i);
        expect(port).toBeLessThanOrEqual(65_535);
      } catch (error) {
        expect(error).toBeInstanceOf(Failure);
      }
    }),
  );
});
