import { expect, test } from 'vitest';
import { PREFACE } from '../../../../../src/core/wire/app/http/http2.ts';
import { Http2Headers } from '../../../../../src/core/wire/app/http/http2-stream.ts';
import { TcpConversation } from '../../../../support/tcp-conversation.ts';
import { hex, print } from '../../../../support/wire.ts';

const frame = (type: number, flags: number, stream: number, body: readonly number[] = []): number[] => [
  ...[body.length >> 16, (body.length >> 8) & 255, body.length & 255, type, flags, 0, 0, 0, stream],
  ...body,
];
const SETTINGS = frame(4, 0, 0);
const REQUEST = [...hex('8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d')];
const preface = [...Buffer.from(PREFACE)];
const headersOf = ({ packet }: TcpConversation): Http2Headers[] =>
  packet.messages.slice(0, packet.messageCount).map(({ detail }) => detail as Http2Headers);

function begin(): TcpConversation {
  const connection = new TcpConversation(80);
  expect(connection.client([...preface, ...SETTINGS, ...frame(1, 5, 1, REQUEST)])).toBe('tcp/http2/http2/http2');
  return connection;
}

test('a layer for the preface and for each frame, and header fields decoded', () => {
  const connection = begin();
  const [headers] = headersOf(connection);
  expect(headers).toBeInstanceOf(Http2Headers);
  expect(headers!.fields.get(':authority')).toBe('www.example.com');
  expect(print(connection.packet).info.slice(-3)).toEqual(['Magic', 'SETTINGS[0]', 'HEADERS[1]']);
  expect(connection.server([...frame(1, 4, 1, [0x88]), ...frame(0, 1, 1, [1, 2, 3])])).toBe('tcp/http2/http2');
  expect(headersOf(connection)[0]!.fields.get(':status')).toBe('200');
  expect(headers!.stream.responseBytes).toBe(9 + 1 + 9 + 3);
});

test.each([80, 443, 1080, 3306, 5432, 6379, 8443, 9999, 50_051])('its preface tells it on port %i', (port) => {
  for (let cut = 4; cut < preface.length; cut++) {
    const connection = new TcpConversation(port);
    expect([cut, connection.client(preface.slice(0, cut))]).toEqual([cut, 'tcp']);
    expect(connection.client([...preface.slice(cut), ...SETTINGS])).toBe('tcp/http2/tcp.segments/http2');
    expect(connection.server(SETTINGS)).toBe('tcp/http2');
    expect(connection.client(frame(1, 5, 1, REQUEST))).toBe('tcp/http2');
  }
});

test('a server that speaks before the preface', () => {
  const connection = new TcpConversation(50_051);
  connection.server(SETTINGS);
  expect(connection.client([...preface, ...SETTINGS])).toBe('tcp/http2/http2');
});

test.each(['PRI', 'PRI * HTTP/2.0\r\n\r\nSN', 'PRX * HTTP/2.0\r\n\r\nSM\r\n\r\n'])('%j is no preface', (text) => {
  const connection = new TcpConversation(50_051);
  expect(connection.client(text)).toBe('tcp');
  expect(connection.client(text)).toBe('tcp');
  expect(connection.packet.flow!.application).toBeNull();
});

test('frames in several segments', () => {
  const connection = begin();
  const data = frame(0, 1, 1, new Array(100).fill(7));
  expect(connection.server(data.slice(0, 4))).toBe('tcp');
  expect(connection.server(data.slice(4, 50))).toBe('tcp');
  expect(connection.server([...data.slice(50), ...SETTINGS])).toBe('tcp/http2/tcp.segments/http2');
});

test('a header block in a CONTINUATION frame', () => {
  const connection = begin();
  connection.client([...frame(1, 1, 3, REQUEST.slice(0, 5)), ...frame(9, 4, 3, REQUEST.slice(5))]);
  expect(headersOf(connection)[0]!.fields.get(':authority')).toBe('www.example.com');
});

test('a promised request counts as one, in CONTINUATION frames too', () => {
  const connection = begin();
  connection.server([
    ...frame(5, 8, 1, [2, 0, 0, 0, 2, ...REQUEST.slice(0, 3), 0, 0]),
    ...frame(9, 4, 1, REQUEST.slice(3)),
    ...frame(1, 4, 2, [0x88]),
    ...frame(1, 4, 1, [0x8d]),
  ]);
  const headers = headersOf(connection);
  expect(headers.map(({ stream, fields }) => [stream.id, fields.get(':path'), fields.get(':status')])).toEqual([
    [2, '/', undefined],
    [2, undefined, '200'],
    [1, undefined, '404'],
  ]);
  expect(headers.slice(0, 2).map(({ stream }) => [stream.requestBytes, stream.responseBytes])).toEqual(
    new Array(2).fill([9 + 10 + 9 + REQUEST.length - 3, 10]),
  );
});

test('DNS in a body (RFC 8484) has a layer of its own', () => {
  const connection = begin();
  const type = [...Buffer.from('application/dns-message')];
  const answer = [...hex('0001 8180 0001 0000 0000 0000 0161 0000 0100 01')];
  connection.server(frame(1, 4, 1, [0x88, 0x5f, type.length, ...type]));
  expect(connection.server(frame(0, 0, 1, answer.slice(0, 10)))).toBe('tcp/http2');
  expect(connection.server(frame(0, 1, 1, answer.slice(10)))).toBe('tcp/http2/dns');
});

test('an upgrade to h2c', () => {
  const connection = new TcpConversation(80);
  connection.client('GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n');
  const switching = [...Buffer.from('HTTP/1.1 101 x\r\nUpgrade: h2c\r\n\r\n')];
  expect(connection.server([...switching, ...SETTINGS])).toBe('tcp/http/http2');
  expect(connection.client([...preface, ...SETTINGS])).toBe('tcp/http2/http2');
});

test('every byte of a segment turned over: nothing throws, and nothing is kept that is too long', () => {
  const bytes = [...preface, ...SETTINGS, ...frame(1, 0x2d, 1, [1, ...REQUEST, 0]), ...frame(5, 4, 1, REQUEST)];
  for (let index = 0; index < bytes.length; index++) {
    const connection = new TcpConversation(80);
    connection.client(bytes.map((byte, at) => (at === index ? byte ^ 0xff : byte)));
    print(connection.packet);
    connection.client(bytes.slice(index));
    print(connection.packet);
    expect(connection.dissector.pending.bytes).toBeLessThan(17 * 1024 * 1024);
  }
});
