import { describe, expect, test } from 'vitest';
import { parseCredentials } from '../../../src/core/delivery/credentials.ts';
import { parseDestination } from '../../../src/core/delivery/destination.ts';
import { Failure } from '../../../src/core/failure.ts';

const failureOf = (deed: () => unknown): Failure => {
  try {
    deed();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('--to', () => {
  test.each([
    ['nats://h/a.b', [{ host: 'h', port: 4222 }], false, 'a.b'],
    ['NATS://h:14222/a', [{ host: 'h', port: 14_222 }], false, 'a'],
    [
      'nats+tls://a.example:1,b.example/x',
      [
        { host: 'a.example', port: 1 },
        { host: 'b.example', port: 4222 },
      ],
      true,
      'x',
    ],
    ['nats://[::1]:4222/x', [{ host: '::1', port: 4222 }], false, 'x'],
    ['nats://[fe80::1%25eth0]/x', [{ host: 'fe80::1%eth0', port: 4222 }], false, 'x'],
  ])('%s', (url, servers, secure, path) => {
    expect(parseDestination(url)).toMatchObject({
      protocol: 'nats',
      servers,
      secure,
      path,
      user: null,
      password: null,
    });
  });

  test('of OTLP: a server, and what comes before v1/logs', () => {
    expect(parseDestination('otlp+https://h/otlp')).toMatchObject({ protocol: 'otlp', secure: true, path: 'otlp' });
    expect(parseDestination('otlp://h').servers).toEqual([{ host: 'h', port: 4318 }]);
    expect(failureOf(() => parseDestination('otlp://a,b')).message).toContain('OTLP has one');
    expect(failureOf(() => parseDestination('otlp://h/a%0d%0ab')).exit).toBe(64);
  });

  test('a user, a password with an @ in it, and a token are read and not shown', () => {
    expect(parseDestination('nats://ada:s%40c:r@h/x')).toMatchObject({
      user: 'ada',
      password: 's@c:r',
      name: 'nats://h/x',
    });
    expect(parseDestination('nats://t0ken@h/x')).toMatchObject({ user: 't0ken', password: null, name: 'nats://h/x' });
  });

  test.each([
    'nats://h',
    'nats://h/',
    'nats://h/a.*',
    'nats://h/a.>',
    'nats://h/a..b',
    'nats://h/a b',
    'nats://h/a%0d%0ab',
    'nats://h/%zz',
    `nats://h/${'a'.repeat(300)}`,
    'nats://h:0/x',
    'nats://h:65536/x',
    'nats://-oProxy/x',
    'nats://$(id)/x',
    'nats:///x',
    'nats://h?x/y',
    'http://h/x',
    'h/x',
    '',
  ])('%j is refused', (url) => expect(failureOf(() => parseDestination(url)).exit).toBe(64));

  test('who names http is told how OTLP is written, and a subject that is wrong is not called missing', () => {
    const of = (url: string) => failureOf(() => parseDestination(url));
    expect(of('http://ada:geheim@h:4318/x').hint).toBe('OTLP: otlp+http://h:4318/x');
    expect(of('ftp://h/x').hint).toBeNull();
    expect(of('nats://h').message).toBe('--to "nats://h" has no subject');
    expect(of('nats://h/a.>').message).toBe('--to "nats://h/a.>" has a subject that nobody can publish to');
  });

  test.each([
    'nats://ada:geheim@h',
    'nats://ada:geheim@h:0/x',
    'nats://geheim@/x',
    'ftp://ada:geheim@h/x',
    'nats://a:geheim@h/%zz',
    'ada:geheim@h',
  ])('%j is refused without its secret', (url) => {
    const { message, hint } = failureOf(() => parseDestination(url));
    expect(`${message} ${hint}`).not.toContain('geheim');
  });
});

describe('--credentials', () => {
  test('of NATS: a .creds file, a user with a password, a token', () => {
    const creds = '-----BEGIN NATS USER JWT-----\nx\n------END NATS USER JWT------\n';
    expect(parseCredentials(creds, 'f', 'nats')).toEqual({ kind: 'creds', text: creds });
    expect(parseCredentials('ada:pa:ss\n', 'f', 'nats')).toEqual({ kind: 'password', user: 'ada', password: 'pa:ss' });
    expect(parseCredentials('t0ken\n', 'f', 'nats')).toEqual({ kind: 'token', token: 't0ken' });
  });

  test.each(['', '\n\n', 'geheim\nof two lines'])('%j is refused, and not shown', (text) => {
    const { exit, message } = failureOf(() => parseCredentials(text, 'f', 'nats'));
    expect(exit).toBe(64);
    expect(message).not.toContain('geheim');
  });
});
