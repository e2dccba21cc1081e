import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HttpResponseReader, MOST_HEADER_BYTES } from '../../../../src/core/health/messages/http-response.ts';

/** What a reader told of a response, in pieces of so many bytes; `closes` when the connection then ends. */
function read(text: string | Buffer, closes = true, step = Number.POSITIVE_INFINITY) {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  let status: number | null = null;
  let reason = '';
  let location: string | undefined;
  let body = '';
  const told: string[] = [];
  const reader = new HttpResponseReader({
    head(head) {
      ({ status, reason } = head);
      location = head.fields.get('location');
    },
    body: (part) => (body += part.toString('latin1')),
    end: () => told.push('end'),
    fail: (why) => told.push(why),
  });
  for (let at = 0; at < bytes.length; at += step) reader.take(bytes.subarray(at, at + step));
  const isWhole = closes ? reader.close() : told.length > 0;
  return { status, reason, location, body, told: told.length === 1 ? told[0] : told, isWhole };
}

const OK = 'HTTP/1.1 200 OK\r\n';
const LENGTH = 'Content-Length: 2\r\n';
const good = (body = 'ok', changes: object = {}) => ({
  ...{ status: 200, reason: 'OK', location: undefined, body, told: 'end', isWhole: true },
  ...changes,
});

/** Every one of them is read by curl or by browsers, and the RFC lets them. */
const READABLE: Readonly<Record<string, readonly [string, object]>> = {
  'a plain one': [`${OK}${LENGTH}\r\nok`, good()],
  'a folded field (RFC 9112, 5.2)': [`${OK}X-A: a\r\n b\r\n\tc\r\n${LENGTH}\r\nok`, good()],
  'a folded length': [`${OK}Content-Length:\r\n 2\r\n\r\nok`, good()],
  'white space before the first field (2.2)': [`${OK} X-A: a\r\n${LENGTH}\r\nok`, good()],
  'lines that end in LF alone (2.2)': ['HTTP/1.1 200 OK\nContent-Length: 2\n\nok', good()],
  'both ends of lines': [`HTTP/1.1 200 OK\n${LENGTH}\nok`, good()],
  'empty lines before it': [`\r\n\n${OK}${LENGTH}\r\nok`, good()],
  'white space before a colon': [`${OK}Content-Length : 2\r\n\r\nok`, good()],
  'no white space after a colon': [`${OK}Content-Length:2\r\n\r\nok`, good()],
  'a length twice (RFC 9110, 8.6)': [`${OK}${LENGTH}${LENGTH}\r\nok`, good()],
  'a length twice in one field': [`${OK}Content-Length: 2, 02\r\n\r\nok`, good()],
  'a length beside a transfer coding (6.3)': [
    `${OK}Content-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    good(),
  ],
  'a wrong length beside a transfer coding': [
    `${OK}Content-Length: x\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    good(),
  ],
  'codings in several fields': [
    `${OK}Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
    good(),
  ],
  'a coding that is none': [`${OK}Transfer-Encoding: identity\r\n${LENGTH}\r\nokmore`, good()],
  'a coding that ends with the connection': [
    `${OK}Transfer-Encoding: gzip\r\n${LENGTH}\r\nok and more`,
    good('ok and more'),
  ],
  'no length': [`${OK}\r\nuntil it ends`, good('until it ends')],
  'no length, and nothing': [`${OK}\r\n`, good('')],
  'a length of zero': [`${OK}Content-Length: 0\r\n\r\n`, good('')],
  'a length after which more comes': [`${OK}${LENGTH}\r\nokHTTP/1.1 400 Bad\r\n\r\n`, good()],
  'extensions and white space of a chunk': [
    `${OK}Transfer-Encoding: chunked\r\n\r\n1 ; a="b"\r\no\r\n01;x\nk\n000\r\n\r\n`,
    good(),
  ],
  trailers: [`${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\nbad\r\n\r\n`, good()],
  'a last chunk without an end (8)': [`${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n`, good()],
  'interim responses': [
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLocation: x\r\n\r\n${OK}${LENGTH}\r\nok`,
    good(),
  ],
  'no reason': ['HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok', good('ok', { reason: '' })],
  'much white space in the first line': [
    'HTTP/1.0 \t200   All  right \r\n\r\nok',
    good('ok', { reason: 'All  right' }),
  ],
  'a reason of other letters, with a CR': [
    'HTTP/1.1 404 N\xe4\rt\r\n\r\n',
    good('', { status: 404, reason: 'N\xe4 t' }),
  ],
  'a status without a body': [`HTTP/1.1 204 No\r\n${LENGTH}\r\nok`, good('', { status: 204, reason: 'No' })],
  'one that was not changed': [`HTTP/1.1 304 No\r\n${LENGTH}\r\nok`, good('', { status: 304, reason: 'No' })],
  'another protocol': ['HTTP/1.1 101 Up\r\n\r\n\x81\x00', good('', { status: 101, reason: 'Up' })],
  'a status of no class': ['HTTP/1.1 999 ?\r\n\r\n', good('', { status: 999, reason: '?' })],
  'a place with ESC, and another one': [
    'HTTP/1.1 302 F\r\nLOCATION: http://x/\x1b[31m\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n',
    good('', { status: 302, reason: 'F', location: 'http://x/\x1b[31m' }),
  ],
  'a place that is folded, and one that is folded and does not count': [
    'HTTP/1.1 302 F\r\nLocation: /a\r\n  b\r\nLocation: /c\r\n d\r\nContent-Length: 0\r\n\r\n',
    good('', { status: 302, reason: 'F', location: '/a b' }),
  ],
};
test.each(Object.entries(READABLE))('%s', (_, [text, told]) => {
  for (const step of [text.length, 1, 2, 3, 7]) expect(read(text, true, step)).toEqual(told);
});

/** What no agent may read, and what is said of it. */
const UNREADABLE: Readonly<Record<string, readonly [string, string]>> = {
  'another protocol': ['SSH-2.0-OpenSSH_9.2\r\n', 'the answer is no HTTP'],
  'its name in small letters': ['http/1.1 200 OK\r\n\r\n', 'the answer is no HTTP'],
  'nothing but its name': ['HTTP/\r\n\r\n', 'the answer is no HTTP'],
  'a status of two digits': ['HTTP/1.1 20 OK\r\n\r\n', 'the answer is no HTTP'],
  'a status of four digits': ['HTTP/1.1 2000 OK\r\n\r\n', 'the answer is no HTTP'],
  'a status that is none': ['HTTP/1.1 099 OK\r\n\r\n', '099 is no status of HTTP'],
  'HTTP/2 in this form': ['HTTP/2.0 200 OK\r\n\r\n', 'the answer is of HTTP version 2.0, which was not asked for'],
  'two lengths': [`${OK}${LENGTH}Content-Length: 3\r\n\r\nok`, 'the answer has two lengths, 2 and 3'],
  'two lengths in one field': [`${OK}Content-Length: 2, 3\r\n\r\nok`, 'the answer has two lengths, 2 and 3'],
  'a negative length': [`${OK}Content-Length: -2\r\n\r\nok`, 'the length of the answer is no number: "-2"'],
  'a length with a sign': [`${OK}Content-Length: +2\r\n\r\nok`, 'the length of the answer is no number: "+2"'],
  'an empty length': [`${OK}Content-Length: \r\n\r\nok`, 'the length of the answer is no number: ""'],
  'a length of letters': [
    `${OK}Content-Length: ${'x'.repeat(30)}\r\n\r\nok`,
    `the length of the answer is no number: "${'x'.repeat(19)}…"`,
  ],
  'a byte of zero in a field': [`${OK}X: a\0b\r\n\r\n`, 'a header field of the answer has a byte of zero'],
  'a line without a colon': [`${OK}nonsense\r\n\r\n`, 'a header field of the answer has no name'],
  'a field without a name': [`${OK}: x\r\n\r\n`, 'a header field of the answer has no name'],
};
test.each(Object.entries(UNREADABLE))('%s cannot be read', (_, [text, why]) => {
  for (const step of [text.length, 1]) expect(read(text, false, step)).toMatchObject({ status: null, told: why });
});

describe('chunks', () => {
  const chunked = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
  test.each([
    ['-5\r\nx\r\n', 'a chunk of the body does not say its size', ''],
    ['\r\n', 'a chunk of the body does not say its size', ''],
    ['g\r\n', 'a chunk of the body does not say its size', ''],
    ['2x\r\nok', 'a chunk of the body does not say its size', ''],
    ['2\r\nokk\r\n', 'a chunk of the body is longer than it says', 'ok'],
  ])('%j is damaged', (text, why, body) => {
    expect(read(chunked + text, false)).toMatchObject({ status: 200, told: why, body });
  });
  test.each(['', '2', '2\r\n', '2\r\no', '2\r\nok', '2\r\nok\r\n', '2\r\nok\r\n0'])('%j is cut short', (text) => {
    expect(read(chunked + text)).toMatchObject({ status: 200, told: [], isWhole: false });
  });
  test('a size of many digits is that of a long chunk', () => {
    expect(read(`${chunked}00000000000000000002\r\nok\r\n0\r\n\r\n`)).toMatchObject(good());
    expect(read(`${chunked}ffffffffffffffffffff\r\n${'x'.repeat(1000)}`, false)).toMatchObject({
      ...{ told: [], body: 'x'.repeat(1000) },
    });
  });
});

test.each(['', 'HTTP', OK, `${OK}Content-Le`, `${OK}${LENGTH}`, `${OK}${LENGTH}\r\no`])('%j is cut short', (text) => {
  expect(read(text)).toMatchObject({ told: [], isWhole: false });
});

test('a length of many digits is long', () => {
  expect(read(`${OK}Content-Length: ${'9'.repeat(40)}\r\n\r\n${'x'.repeat(100)}`, false)).toMatchObject({
    ...{ status: 200, told: [], body: 'x'.repeat(100) },
  });
});

test('a head is as long as the bound, and no longer', () => {
  const head = (bytes: number): string => `${OK}X: ${'y'.repeat(bytes - OK.length - 'X: \n\n'.length)}\n\n`;
  expect(head(MOST_HEADER_BYTES)).toHaveLength(MOST_HEADER_BYTES);
  const why = `the header has more than ${MOST_HEADER_BYTES} bytes`;
  for (const step of [Number.POSITIVE_INFINITY, 1000]) {
    expect(read(head(MOST_HEADER_BYTES), true, step)).toMatchObject(good(''));
    expect(read(head(MOST_HEADER_BYTES + 1), true, step)).toMatchObject({ status: null, told: why });
  }
  expect(read(`${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n${'x'.repeat(MOST_HEADER_BYTES + 1)}`, false).told).toBe(
    why,
  );
  // interim responses have bounds of their own
  const many = 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(MOST_HEADER_BYTES / 20);
  expect(read(`${many}${OK}${LENGTH}\r\nok`)).toEqual(good());
});

test('nothing is read after the end, nor after a fault', () => {
  expect(read(`${OK}${LENGTH}\r\nok${OK}${LENGTH}\r\nno`)).toEqual(good());
  expect(read(`nonsense\r\n${OK}${LENGTH}\r\nok`)).toMatchObject({
    status: null,
    body: '',
    told: 'the answer is no HTTP',
  });
});

test('garbage never throws, and is told the same in any pieces', () => {
  const texts = fc.array(
    fc.constantFrom(...Object.values(READABLE).map(([text]) => text), '\r\n', ' ', ':', 'HTTP/1.1 2', '\0'),
    {
      maxLength: 4,
    },
  );
  fc.assert(
    fc.property(texts, fc.uint8Array({ maxLength: 40 }), fc.nat(300), (parts, noise, at) => {
      const bytes = Buffer.from(parts.join(''), 'latin1');
      bytes.set(noise.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length));
      const whole = read(bytes);
      expect(read(bytes, true, 1)).toEqual(whole);
    }),
    { numRuns: 500 },
  );
});
