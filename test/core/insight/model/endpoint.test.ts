import { expect, test } from 'vitest';
import { Failure } from '../../../../src/core/failure.ts';
import { isLoopback, parseEndpoint } from '../../../../src/core/insight/model/endpoint.ts';

test.each([
  ['http://127.0.0.1:11434', '127.0.0.1', 11434, '/api/chat'],
  ['http://127.9.9.9/', '127.9.9.9', 80, '/api/chat'],
  ['https://[::1]:8443/ollama/', '::1', 8443, '/ollama/api/chat'],
  ['http://LOCALHOST:1', 'localhost', 1, '/api/chat'],
])('%s is on this machine', (text, host, port, path) =>
  expect(parseEndpoint(text, false)).toMatchObject({ host, port, path, secure: text.startsWith('https') }),
);

const refused = (text: string, remote: boolean): string => {
  try {
    parseEndpoint(text, remote);
  } catch (error) {
    if (error instanceof Failure && error.exit === 64) return error.message;
  }
  return 'allowed';
};

test.each([
  'http://192.168.0.5:11434',
  'http://0.0.0.0:11434',
  'http://ollama.example:11434',
  'http://localhost.evil.example',
  'http://127.0.0.1.nip.io',
  'http://[::ffff:8.8.8.8]/',
])('%s needs --allow-remote', (text) => {
  expect(refused(text, false)).toContain('is not on this machine');
  expect(refused(text, true)).toBe('allowed');
});

test.each([
  'ftp://127.0.0.1',
  'unix:///run/ollama.sock',
  'file:///etc/passwd',
  '127.0.0.1:11434',
  'http://',
  'http://u:hunter2@127.0.0.1',
  'http://u@127.0.0.1',
  'ftp://u:hunter2@127.0.0.1',
  'http://127.0.0.1/?a=b',
  'http://127.0.0.1/#a',
])('%s is refused, and no password repeated', (text) => {
  for (const remote of [true, false]) {
    expect(refused(text, remote)).not.toBe('allowed');
    expect(refused(text, remote)).not.toContain('hunter2');
  }
});

test.each([
  ['127.0.0.1', true],
  ['127.255.255.254', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:10.0.0.1', false],
  ['128.0.0.1', false],
  ['fe80::1%lo', false],
  ['::', false],
  ['', false],
])('%s is of the loopback: %s', (address, is) => expect(isLoopback(address)).toBe(is));
