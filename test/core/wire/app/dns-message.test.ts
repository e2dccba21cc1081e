import { expect, test } from 'vitest';
import { dnsRcodeName, dnsTypeName, readDnsMessage } from '../../../../src/core/wire/app/dns-message.ts';
import { hex } from '../../../support/wire.ts';

/** Question `a.b` of type 1 (15 bytes) behind a response's header that counts `answers` of them. */
const QUESTION = '01610162 00 0001 0001';
const response = (answers: string, count = 1): Uint8Array =>
  hex(`1234 8180 0001 ${count.toString(16).padStart(4, '0')} 0000 0000 ${QUESTION} ${answers}`);
/** The answer's data, of a type, for the name of the question. */
const answer = (type: number, data: string): string => {
  const length = hex(data).length.toString(16).padStart(4, '0');
  return `c00c ${type.toString(16).padStart(4, '0')} 0001 00000e10 ${length} ${data}`;
};
const valueRead = (type: number, data: string): string | undefined => {
  const message = response(answer(type, data));
  return readDnsMessage(message, 0, message.length)!.answers[0]?.value;
};

test('a response: what was asked, and what it answers', () => {
  const message = response(answer(5, '0163c00e') + answer(1, 'c0000201'), 2);
  expect(readDnsMessage(message, 0, message.length)).toEqual({
    id: 0x1234,
    response: true,
    rcode: 0,
    opcode: 0,
    name: 'a.b',
    type: 1,
    more: [],
    answers: [
      { name: 'a.b', type: 5, ttl: 3600, value: 'c.b' },
      { name: 'a.b', type: 1, ttl: 3600, value: '192.0.2.1' },
    ],
  });
});

test.each([
  ['A', 1, 'c0000201', '192.0.2.1'],
  ['A of another length', 1, 'c00002', ''],
  ['NS', 2, 'c00c', 'a.b'],
  ['SOA', 6, '0173c00e c00c 00000001 00000002 00000003 00000004 00000005', 's.b'],
  ['PTR', 12, '0170c00e', 'p.b'],
  ['MX', 15, '000a 016dc00e', '10 m.b'],
  ['TXT', 16, '05 68656c6c6f', 'hello'],
  ['AAAA', 28, '20010db8000000000000000000000001', '2001:db8::1'],
  ['AAAA of another length', 28, '2001', ''],
  ['SRV', 33, '0001 0002 0050 0178c00e', '1 2 80 x.b'],
  ['a type that is not read', 65, '0001 00', 'HTTPS 3 bytes'],
  ['a type without a name', 300, '', 'TYPE300 0 bytes'],
  ['a name that goes on for ever', 5, 'c021', ''],
])('%s', (_, type, data, value) => {
  expect(valueRead(type, data)).toBe(value);
});

test('a text is no longer than its record', () => {
  expect(valueRead(16, 'ff 6162')).toBe('ab');
});

test('Multicast DNS asks for several things at once', () => {
  const message = hex(`0000 0000 0003 0000 0000 0000 0161 00 000c 0001  c00c 0021 0001  0162 00 0010 8001`);
  expect(readDnsMessage(message, 0, message.length)).toMatchObject({
    response: false,
    name: 'a',
    type: 12,
    more: [
      { name: 'a', type: 33 },
      { name: 'b', type: 16 },
    ],
  });
});

test('counts that are not met: what is there is read', () => {
  const message = response(answer(1, 'c0000201'), 65_535);
  expect(readDnsMessage(message, 0, message.length)!.answers).toHaveLength(1);
  for (let length = 12; length < message.length; length++) {
    expect(readDnsMessage(message, 0, length)!.answers).toEqual([]);
  }
  for (let length = 0; length < 12; length++) expect(readDnsMessage(message, 0, length)).toBeNull();
});

test('a hundred answers are listed, whatever comes', () => {
  const message = response(answer(1, 'c0000201').repeat(200), 200);
  expect(readDnsMessage(message, 0, message.length)!.answers).toHaveLength(100);
});

test('an answer whose question cannot be read is not guessed', () => {
  const message = hex('1234 8180 0001 0001 0000 0000 c00c 0001 0001 00 0001 0001 00000000 0004 01020304');
  expect(readDnsMessage(message, 0, message.length)).toMatchObject({ name: null, answers: [] });
});

test('names of types and of response codes', () => {
  expect([1, 28, 65, 255, 257, 4711].map(dnsTypeName)).toEqual(['A', 'AAAA', 'HTTPS', 'ANY', 'CAA', 'TYPE4711']);
  expect([0, 2, 3, 5, 15].map(dnsRcodeName)).toEqual(['NOERROR', 'SERVFAIL', 'NXDOMAIN', 'REFUSED', 'RCODE15']);
});
