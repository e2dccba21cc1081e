import { expect, test } from 'vitest';
import { readHead } from '../../../../src/core/wire/app/http/http-end.ts';
import {
  askForRest,
  CHUNKED,
  chunkSize,
  chunksEnd,
  headerField,
  lastCoding,
  NO_CODING,
  OTHER_CODING,
  valueEnd,
} from '../../../../src/core/wire/app/message-framing.ts';
import { NEED_FIN, NEED_SEGMENT, Packet } from '../../../../src/core/wire/packet.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

/** What is wanted of a message that begins like this: null when it is whole. */
function wanted(text: string, { wantsBody = true, untilFin = false, canWait = true } = {}): number | null {
  const packet = new Packet();
  packet.bytes = bytes(text);
  packet.end = packet.reportedEnd = text.length;
  packet.canWait = canWait;
  const asked = askForRest(packet, 0, wantsBody, untilFin, { bodyAt: 0, chunkAt: -1, chunkLeft: 0 });
  expect(packet.needed !== 0).toBe(asked);
  return asked ? packet.needed : null;
}

test('a header block is waited for, up to 64 KiB', () => {
  expect(wanted('GET / HTTP/1.1\r\nHost: a\r\n')).toBe(NEED_SEGMENT);
  expect(wanted('GET / HTTP/1.1\r\nHost: a\r\n\r')).toBe(NEED_SEGMENT);
  expect(wanted('GET / HTTP/1.1\r\nHost: a\r\n\r\n')).toBeNull();
  expect(wanted('GET / HTTP/1.1\r\n', { canWait: false })).toBeNull();
  expect(wanted(`GET / HTTP/1.1\r\n${'x: y\r\n'.repeat(12_000)}`)).toBeNull();
});

test('a body is as long as Content-Length says, or goes to the end', () => {
  expect(wanted('A\r\ncontent-LENGTH:  10\r\n\r\nabc')).toBe(7);
  expect(wanted('A\r\nContent-Length: 3\r\n\r\nabc')).toBeNull();
  expect(wanted('A\r\nContent-Length: 3\r\n\r\n', { wantsBody: false })).toBeNull();
  expect(wanted('A\r\nContent-Length: -3\r\n\r\n')).toBeNull();
  expect(wanted('A\r\nB: c\r\n\r\n', { untilFin: true })).toBe(NEED_FIN);
});

test('the length of an RPC tunnel is none', () => {
  expect(wanted('RPC_IN_DATA /x HTTP/1.1\r\nContent-Length: 1073741824\r\n\r\n')).toBeNull();
  expect(wanted('A\r\nContent-Type: application/rpc\r\nContent-Length: 1073741824\r\n\r\n')).toBeNull();
});

test('chunks are waited for until the last', () => {
  const head = 'A\r\nTransfer-Encoding: chunked\r\n\r\n';
  expect(wanted(head)).toBe(NEED_SEGMENT);
  expect(wanted(`${head}5\r\nhel`)).toBe(NEED_SEGMENT);
  expect(wanted(`${head}5\r\nhello\r\n`)).toBe(NEED_SEGMENT);
  expect(wanted(`${head}5\r\nhello\r\n0\r\n`)).toBe(NEED_SEGMENT);
  expect(wanted(`${head}5;x=y\r\nhello\r\n0\r\n\r\n`)).toBeNull();
});

test.each([
  ['gzip, chunked', CHUNKED],
  ['gzip,chunked', CHUNKED],
  ['gzip , CHUNKED ', CHUNKED],
  ['deflate,\tgzip;q="a",Chunked;x=y', CHUNKED],
  [', ,chunked,', CHUNKED],
  ['chunked, gzip', OTHER_CODING],
  ['chunkedx', OTHER_CODING],
  ['xchunked', OTHER_CODING],
  ['gzip', OTHER_CODING],
  ['identity', NO_CODING],
  ['', NO_CODING],
])('the last of the codings %j counts', (list, coding) => {
  const block = `A\r\nTransfer-Encoding: ${list}\r\n\r\n`;
  expect(lastCoding(bytes(list), 0, list.length)).toBe(coding);
  expect(readHead(bytes(block), 0, block.length).coding).toBe(coding);
  const expected = { [CHUNKED]: NEED_SEGMENT, [OTHER_CODING]: NEED_FIN, [NO_CODING]: 4 }[coding];
  expect(wanted(`A\r\nContent-Length: 5\r\n${block.slice(3)}a`, { untilFin: true })).toBe(expected);
});

test.each([
  ['Content-Length: 5\r\ncontent-length: 6\r\n\r\n', 5],
  ['Content-Length:\t7 \r\nX: y', 7],
  ['Content-Length: x\r\nContent-Length: 6\r\n\r\n', -1],
  ['Content-Length : 5\r\n\r\n', -1],
  ['X: Content-Length: 5\r\n\r\nContent-Length: 5', -1],
])('the first Content-Length counts: %j', (fields, length) => {
  const block = `A\r\n${fields}`;
  expect(readHead(bytes(block), 0, block.length).length).toBe(length);
});

test('fields of transfer codings make one list', () => {
  const both = (first: string, second: string): string =>
    `A\r\nTransfer-Encoding: ${first}\r\nX: y\r\ntransfer-encoding: ${second}\r\n\r\n`;
  for (const [text, coding, expected] of [
    [both('gzip', 'chunked'), CHUNKED, NEED_SEGMENT],
    [both('chunked', 'gzip'), OTHER_CODING, NEED_FIN],
  ] as const) {
    expect(readHead(bytes(text), 0, text.length).coding).toBe(coding);
    expect(wanted(text, { untilFin: true })).toBe(expected);
  }
});

test.each(['-5', 'zz', 'fffffffff', ''])('a chunk size of %j ends the waiting', (size) => {
  expect(chunkSize(bytes(size), 0, size.length)).toBe(-1);
  expect(wanted(`A\r\nTransfer-Encoding: chunked\r\n\r\n${size}\r\nabc`)).toBeNull();
});

test('chunks end after their trailer', () => {
  const body = '3\r\nabc\r\n0\r\nX: y\r\n\r\nHTTP/1.1';
  expect(chunksEnd(bytes(body), 0, body.length)).toBe(body.length - 8);
  expect(chunksEnd(bytes('-5\r\nabc'), 0, 7)).toBe(-1);
  expect(chunksEnd(bytes('9\r\nabc'), 0, 6)).toBe(-1);
  expect(chunksEnd(bytes('zz\r\nzz\r\n'), 0, 8)).toBeLessThanOrEqual(8);
});

test('header fields are found in any case, without blanks around them', () => {
  const text = 'A: 1\r\nhOst:  example.org \r\nHost: other\r\n';
  const at = headerField(bytes(text), 0, text.length, 'host');
  expect(text.slice(at, valueEnd(bytes(text), at, text.length))).toBe('example.org');
  expect(headerField(bytes(text), 0, text.length, 'ho')).toBe(-1);
  expect(headerField(bytes(text), 0, 8, 'host')).toBe(-1);
});
