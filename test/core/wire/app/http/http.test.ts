import { expect, test } from 'vitest';
import { EXPERTS } from '../../../../../src/core/wire/expert.ts';
import { tcpFrame } from '../../../../support/frames.ts';
import { TcpConversation } from '../../../../support/tcp-conversation.ts';
import { clientHello, handshake, record } from '../../../../support/tls.ts';
import { damageFile, dissectFrame, everyPrefixAndFlip, pathOf, print } from '../../../../support/wire.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const lengths = ({ packet }: TcpConversation): number[] =>
  packet.messages.slice(0, packet.messageCount).map(({ length }) => length);

test('a request and its answer', () => {
  const connection = new TcpConversation(80);
  expect(connection.client(GET)).toBe('tcp/http');
  expect(lengths(connection)).toEqual([GET.length]);
  expect(print(connection.packet).info.at(-1)).toBe('GET / HTTP/1.1');
  expect(print(connection.packet).fields).toContain('Host: a');
  expect(connection.server('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab')).toBe('tcp/http');
});

test('pipelined messages have a layer each', () => {
  const connection = new TcpConversation(80);
  expect(connection.client(GET + GET)).toBe('tcp/http/http');
  expect(connection.server('HTTP/1.1 204 No\r\n\r\nHTTP/1.1 304 x\r\nContent-Length: 5\r\n\r\n')).toBe('tcp/http/http');
});

test('a header block in several segments', () => {
  const connection = new TcpConversation(80);
  expect(connection.client('GE')).toBe('tcp');
  expect(connection.client('T / HTTP/1.1\r\nHost: a\r\n')).toBe('tcp');
  expect(connection.client('\r\n')).toBe('tcp/http/tcp.segments');
});

test('a body of known length: the message comes with its last byte, and another may follow', () => {
  const connection = new TcpConversation(80);
  connection.client(GET);
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n';
  expect(connection.server(head)).toBe('tcp');
  expect(connection.server('x'.repeat(1400))).toBe('tcp');
  expect(connection.server('x'.repeat(1400))).toBe('tcp');
  const last = `${'x'.repeat(200)}HTTP/1.1 404 Not\r\nContent-Length: 0\r\n\r\n`;
  expect(connection.server(last)).toBe('tcp/http/tcp.segments/http');
  expect(lengths(connection)).toEqual([head.length + 3000, last.length - 200]);
  expect(EXPERTS[connection.packet.experts[0]!]!.id).toBe('http.response.client_error');
});

test('a body without a length goes to the end of the connection', () => {
  const connection = new TcpConversation(80);
  connection.client(GET);
  expect(connection.server('HTTP/1.0 200 OK\r\n\r\n')).toBe('tcp');
  expect(connection.server('body')).toBe('tcp');
  expect(connection.end()).toBe('tcp/tcp.segments/http');
  expect(lengths(connection)).toEqual([23]);
});

test('chunks in several segments, and a chunk size that is none', () => {
  const connection = new TcpConversation(80);
  connection.client(GET);
  expect(connection.server('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel')).toBe('tcp');
  expect(connection.server('lo\r\n')).toBe('tcp');
  expect(connection.server('0\r\n\r\n')).toBe('tcp/http/tcp.segments');
  expect(connection.server('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n')).toBe('tcp/http');
  expect(connection.packet.malformed).toBe(true);
});

test('the answer to HEAD has no body, whatever it says', () => {
  const connection = new TcpConversation(80);
  connection.client('HEAD / HTTP/1.1\r\n\r\n');
  expect(connection.server('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n')).toBe('tcp/http');
});

test('what is no HTTP on its port belongs to nobody; after a request it goes on', () => {
  const connection = new TcpConversation(80);
  expect(connection.client('SSH-2.0-x\r\n')).toBe('tcp');
  expect(connection.client([0, 1, 2])).toBe('tcp');
  connection.client(GET);
  expect(connection.client([0, 1, 2])).toBe('tcp/http');
  expect(print(connection.packet).info.at(-1)).toBe('Continuation');
});

test('HTTP is known by its first line on any port', () => {
  const connection = new TcpConversation(9999);
  expect(connection.client(GET)).toBe('tcp/http');
  const other = new TcpConversation(9999);
  expect(other.client('GET /\r\n\r\n')).toBe('tcp');
});

test('a proxy tunnels what the port of CONNECT carries', () => {
  const connection = new TcpConversation(8080);
  connection.client('CONNECT example.org:443 HTTP/1.1\r\n\r\n');
  expect(connection.server('HTTP/1.1 200 Connection established\r\n\r\n')).toBe('tcp/http');
  expect(connection.client([0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5])).toBe('tcp/http/tls');
  const plain = new TcpConversation(8080);
  plain.client('CONNECT example.org:80 HTTP/1.1\r\n\r\n');
  plain.server('HTTP/1.1 200 OK\r\n\r\n');
  expect(plain.client(GET)).toBe('tcp/http');
});

test('what a proxy tunnels to a port of nobody is known by its beginning, and stays that', () => {
  const connection = new TcpConversation(8080);
  connection.client('CONNECT example.org:8445 HTTP/1.1\r\n\r\n');
  connection.server('HTTP/1.1 200 OK\r\n\r\n');
  expect(connection.client(record(22, handshake(1, clientHello())))).toBe('tcp/http/tls');
  expect(connection.client([...record(20, [1]), ...record(23, [1, 2, 3])])).toBe('tcp/http/tls');
  expect(print(connection.packet).info.at(-1)).toBe('Change Cipher Spec, Application Data');
});

test('an upgrade hands the connection on', () => {
  const connection = new TcpConversation(80);
  connection.client('GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n');
  expect(connection.server('HTTP/1.1 101 x\r\nUpgrade: WebSocket\r\n\r\n')).toBe('tcp/http');
  expect(connection.server([0x82, 1, 0])).toBe('tcp/websocket');
  const unknown = new TcpConversation(80);
  unknown.client(GET);
  unknown.server('HTTP/1.1 101 x\r\nUpgrade: foo\r\n\r\n');
  expect(unknown.client(GET)).toBe('tcp');
});

test('a header block without end is given up, not kept', () => {
  const connection = new TcpConversation(80);
  connection.client('GET / HTTP/1.1\r\n');
  let path = '';
  for (let count = 0; count < 60; count++) path = connection.client('x: y\r\n'.repeat(230));
  expect(path).toContain('http');
  expect(connection.dissector.pending.bytes).toBeLessThan(256 * 1024);
});

test('damaged segments do no harm', async () => {
  const damage: string[] = [];
  const answer = 'HTTP/1.1 500 x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
  damage.push(everyPrefixAndFlip(tcpFrame({ srcPort: 80, dstPort: 40_000, flags: 0x18 }, [...Buffer.from(answer)])));
  const request = 'CONNECT a:1 HTTP/1.1\r\nContent-Length: 2\r\n\r\nab';
  damage.push(everyPrefixAndFlip(tcpFrame({ srcPort: 40_000, dstPort: 80, flags: 0x18 }, [...Buffer.from(request)])));
  await expect(damage.join('\n')).toMatchFileSnapshot(damageFile('http'));
});

test('a header that comes line by line, each line twice', () => {
  const connection = new TcpConversation(80);
  const paths = ['HTTP/1.1 204 No Content\r\n', 'Server: x\r\n', 'Date: now\r\n', '\r\n'].map((line) => {
    const path = connection.server(line);
    const { frames, dissector, packet } = connection;
    dissectFrame(frames.at(-1)!, 1, dissector, { packet, seconds: 1, nanoseconds: frames.length * 1_000_000 });
    return [path, pathOf(packet)];
  });
  expect(paths).toEqual([
    ['tcp', 'eth/ip/tcp'],
    ['tcp', 'eth/ip/tcp'],
    ['tcp', 'eth/ip/tcp'],
    ['tcp/http/tcp.segments', 'eth/ip/tcp'],
  ]);
});
