import { expect, test } from 'vitest';
import { readHttpMessage } from '../../../../../src/core/wire/app/http/http-message.ts';

const read = (text: string) => readHttpMessage(Uint8Array.from(Buffer.from(text, 'latin1')), 0, text.length);

test('a request is read into method, target, version, host and agent', () => {
  expect(read('GET /a?b=c HTTP/1.1\r\nHost: example.org\r\nUser-Agent: x/1 (y)\r\n\r\n')).toEqual({
    request: true,
    method: 'GET',
    uri: '/a?b=c',
    version: 'HTTP/1.1',
    host: 'example.org',
    userAgent: 'x/1 (y)',
  });
});

test('a response is read into version, status and reason', () => {
  expect(read('HTTP/1.1 404 Not Found\r\n\r\n')).toEqual({
    request: false,
    version: 'HTTP/1.1',
    status: 404,
    reason: 'Not Found',
  });
  expect(read('HTTP/1.1\r\n\r\n')).toMatchObject({ status: null, reason: null });
});

test('long texts are cut; what is neither is nothing', () => {
  expect(read(`GET /${'x'.repeat(10_000)} HTTP/1.1\r\n\r\n`)).toMatchObject({ request: true, version: null });
  expect(read('hello\r\n')).toBeNull();
  expect(read('')).toBeNull();
});
