import { expect, test } from 'vitest';
import { octets } from '../../../support/headers.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';

const MARKER = octets('ffffffff ffffffff ffffffff ffffffff');
const KEEPALIVE = [...MARKER, 0, 19, 4];

test('a message a layer', () => {
  expect(new TcpConversation(179).client([...KEEPALIVE, ...KEEPALIVE])).toBe('tcp/bgp/bgp');
});

test('what precedes the first marker belongs to a message that was not captured', () => {
  expect(new TcpConversation(179).client([1, 2, 3, ...KEEPALIVE])).toBe('tcp/bgp/bgp');
  expect(new TcpConversation(179).client([1, 2, 3])).toBe('tcp/bgp');
});

test('a damaged marker after a whole message', () => {
  const damaged = KEEPALIVE.with(4, 0x7f);
  expect(new TcpConversation(179).client([...KEEPALIVE, ...damaged, ...KEEPALIVE])).toBe('tcp/bgp/bgp/bgp');
});

test('a header in two segments', () => {
  const connection = new TcpConversation(179);
  expect(connection.client(KEEPALIVE.slice(0, 10))).toBe('tcp');
  expect(connection.client(KEEPALIVE.slice(10))).toBe('tcp/bgp/tcp.segments');
});

test('a length shorter than the header ends it', () => {
  const connection = new TcpConversation(179);
  expect(connection.client([...MARKER, 0, 18, 4, ...KEEPALIVE])).toBe('tcp');
  expect(connection.packet.malformed).toBe(true);
});
