import { expect, test } from 'vitest';
import { octets } from '../../../support/headers.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';

const UNBIND = octets('30 05 020102 4200');
/** A wrap token of RFC 4121, 4.2.6.2, of ten bytes, and one of RFC 2743, 3.1. */
const WRAPPED = octets('0000000a 0504 04ff 000c 000c 0000');
const WRAPPED_V1 = octets('0000000a 60 08 06092a864886f712');

test('buffers that GSS-API protects are LDAP', () => {
  const connection = new TcpConversation(389);
  expect(connection.client([...WRAPPED, ...WRAPPED])).toBe('tcp/ldap/ldap');
  expect(connection.server(WRAPPED_V1)).toBe('tcp/ldap');
  expect(connection.client(UNBIND)).toBe('tcp/ldap');
});

test('a length that goes past the segment, or another token, is none', () => {
  expect(new TcpConversation(389).client(WRAPPED.slice(0, -1))).toBe('tcp');
  expect(new TcpConversation(389).client(octets('0000000a 0604 04ff 000c 000c 0000'))).toBe('tcp');
});
