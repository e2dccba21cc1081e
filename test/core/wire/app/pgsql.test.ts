import { expect, test } from 'vitest';
import { octets } from '../../../support/headers.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';

const SSL_REQUEST = octets('00000008 04d2162f');
const STARTUP = octets('00000010 00030000 75736572 00610000');
const AUTHENTICATION = octets('52 00000008 00000000');
const READY = octets('5a 00000005 49');

test('the server refuses TLS with one byte, which is no message', () => {
  const connection = new TcpConversation(5432);
  expect(connection.client(SSL_REQUEST)).toBe('tcp/pgsql');
  expect(connection.server([0x4e])).toBe('tcp');
  expect(connection.client(STARTUP)).toBe('tcp/pgsql');
  expect(connection.server([...AUTHENTICATION, ...READY])).toBe('tcp/pgsql/pgsql');
});

test('the server accepts TLS', () => {
  const connection = new TcpConversation(5432);
  connection.client(SSL_REQUEST);
  expect(connection.server([0x53])).toBe('tcp');
  expect(connection.client(octets('15 0301 0002 0100'))).toBe('tcp/tls');
});

test('a server without TLS answers with an error message', () => {
  const connection = new TcpConversation(5432);
  connection.client(SSL_REQUEST);
  expect(connection.server(octets('45 00000005 00'))).toBe('tcp/pgsql');
});
