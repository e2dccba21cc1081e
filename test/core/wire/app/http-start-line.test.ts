import { expect, test } from 'vitest';
import {
  kindOfLine,
  NEITHER,
  NOTIFICATION,
  REQUEST,
  RESPONSE,
  splitLine,
  statusOf,
} from '../../../../src/core/wire/app/http-start-line.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

test.each([
  ['GET / HTTP/1.1', REQUEST],
  ['M-SEARCH * HTTP/1.1', REQUEST],
  ['SSTP_DUPLEX_POST / HTTP/1.1', REQUEST],
  ['NOTIFY * HTTP/1.1', NOTIFICATION],
  ['HTTP/1.1 200 OK', RESPONSE],
  ['ICY 200 OK', RESPONSE],
  ['GETS / HTTP/1.1', REQUEST],
  ['get / HTTP/1.1', REQUEST],
  ['PURGE /cache/1 HTTP/1.1', REQUEST],
  ["!#$%&'*+-.^_`|~09azAZ http://a/ HTTP/1.0  ", REQUEST],
  ['X a b HTTP/1.1', REQUEST],
  [`${'LONG'.repeat(50)} / HTTP/1.1`, REQUEST],
  ['I / HTTP/1.9', REQUEST],
  ['PURGE / HTTP/1.', NEITHER],
  ['PURGE / HTTP/1.x', NEITHER],
  ['PURGE / HTTP/2.0', NEITHER],
  ['PRI * HTTP/2.0', NEITHER],
  ['PURGE / RTSP/1.0', NEITHER],
  ['PURGE /HTTP/1.1', NEITHER],
  ['PURGE  HTTP/1.1', NEITHER],
  ['PURGE HTTP/1.1', NEITHER],
  [' / HTTP/1.1', NEITHER],
  ['PUR(GE / HTTP/1.1', NEITHER],
  ['PUR\u00e9E / HTTP/1.1', NEITHER],
  ['Host: a HTTP/1.1', NEITHER],
  ['PURGE / HTTP/1.1 x', NEITHER],
  ['GET', REQUEST],
  ['', NEITHER],
  ['M-', NEITHER],
  ['{"a": 1}', NEITHER],
  ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAA', NEITHER],
])('%j', (line, kind) => {
  expect(kindOfLine(bytes(line), 0, line.length)).toBe(kind);
});

test('a line cut off is not read past its end', () => {
  expect(kindOfLine(bytes('GET / HTTP/1.1'), 0, 2)).toBe(NEITHER);
  expect(kindOfLine(bytes('HTTP/1.1 200'), 0, 4)).toBe(NEITHER);
});

test.each([
  ['HTTP/1.1 404 Not Found', 404],
  ['HTTP/1.0  200', 200],
  ['HTTP/1.1 20', 0],
  ['HTTP/1.1 abc', 0],
  ['HTTP/1.1', 0],
])('status of %j is %i', (line, status) => {
  expect(statusOf(bytes(line), 0, line.length)).toBe(status);
});

test('a line has two words and a rest; two blanks are an empty target', () => {
  expect(splitLine('GET /a?b HTTP/1.1')).toEqual({ first: 'GET', second: '/a?b', rest: 'HTTP/1.1' });
  expect(splitLine('GET /a')).toEqual({ first: 'GET', second: '/a', rest: '' });
  expect(splitLine('GET  HTTP/1.0')).toEqual({ first: 'GET', second: '', rest: 'HTTP/1.0' });
  expect(splitLine('HTTP/1.1 404 Not Found')).toEqual({ first: 'HTTP/1.1', second: '404', rest: 'Not Found' });
});
