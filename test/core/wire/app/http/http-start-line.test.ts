import { expect, test } from 'vitest';
import {
  findStartLine,
  kindOfLine,
  mayBegin,
  NEITHER,
  NOTIFICATION,
  partsOfLine,
  REQUEST,
  RESPONSE,
  statusOf,
} from '../../../../../src/core/wire/app/http/http-start-line.ts';

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
  const split = (line: string): string[] => {
    const within = bytes(` ${line} `);
    const { firstEnd, second, secondEnd, rest } = partsOfLine(within, 1, 1 + line.length);
    const text = ` ${line} `;
    return [text.slice(1, firstEnd), text.slice(second, secondEnd), text.slice(rest, 1 + line.length)];
  };
  expect(split('GET /a?b HTTP/1.1')).toEqual(['GET', '/a?b', 'HTTP/1.1']);
  expect(split('GET /a')).toEqual(['GET', '/a', '']);
  expect(split('GET')).toEqual(['GET', '', '']);
  expect(split('GET ')).toEqual(['GET', '', '']);
  expect(split('')).toEqual(['', '', '']);
  expect(split('GET   ')).toEqual(['GET', '', '']);
  expect(split('GET  HTTP/1.0')).toEqual(['GET', '', 'HTTP/1.0']);
  expect(split('GET    /b HTTP/1.0')).toEqual(['GET', '', '/b HTTP/1.0']);
  expect(split('HTTP/1.1 404 Not Found')).toEqual(['HTTP/1.1', '404', 'Not Found']);
});

test.each([
  ['HTTP/1.1 200 OK\r\n', 0],
  ['GET / HTTP/1.1\r\n', 0],
  ['HTTP/1.1 2', 0],
  ['xHTTP/1.1 200 OK\r\n', 1],
  ['a\r\nHTTP/1.0 404 ', 3],
  ['HTTP/1.x HTTP/1.1 200 ', 0],
  ['xHTTP/1.x HTTP/1.1 200 ', 10],
  ['x\nPURGE / HTTP/1.1\r\n', 2],
  ['x\r\nPURGE / HTTP/1.1', 3],
  ['\u00e9PURGE / HTTP/1.1\r\n', -1],
  ['x\nPURGE / HTTP/1.1 y\r\n', -1],
  ['xHTTP/1.1 20', -1],
  ['xHTTP/1.1 abc', -1],
  ['xHTTP/1.1x200', -1],
  ['xHTTP/1.', -1],
  ['x', -1],
])('in %j the first message begins at %i', (text, at) => {
  const within = bytes(`HTTP/1.1 200 OK\r\n${text}HTTP/1.1 200 OK\r\n`);
  expect(findStartLine(within, 17, 17 + text.length)).toBe(at < 0 ? -1 : at + 17);
});

test.each([
  ['H', true],
  ['HTTP', true],
  ['PURGE /', true],
  ['HTTPS:', false],
  ['get /', false],
  [' GET', false],
  ['', false],
  ['X'.repeat(17), true],
  ['X'.repeat(18), false],
])('%j may begin a message: %s', (text, may) => {
  expect(mayBegin(bytes(text), 0, text.length)).toBe(may);
});
