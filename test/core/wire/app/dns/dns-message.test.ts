import { describe, expect, test } from 'vitest';
import { dnsRcodeName, dnsTypeName } from '../../../../../src/core/wire/app/dns/dns-codes.ts';
import { isDnsRcode } from '../../../../../src/core/wire/app/dns/dns-header.ts';
import { readDnsMessage } from '../../../../../src/core/wire/app/dns/dns-message.ts';
import { hex } from '../../../../support/wire.ts';

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
    questions: 1,
    name: 'a.b',
    type: 1,
    qclass: 1,
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
  ['TXT of several strings', 16, '02 6162 00 01 20 03 636465', 'ab cde'],
  ['TXT of an empty string', 16, '00', ''],
  ['TXT without a string', 16, '', ''],
  ['SPF', 99, '02 6162 01 63', 'abc'],
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
  expect(valueRead(16, '01 61 ff 6263')).toBe('abc');
});

test('a text has 4,096 characters at most', () => {
  expect(valueRead(16, `ff${'61'.repeat(255)}`.repeat(16))).toHaveLength(4080);
  expect(valueRead(16, `ff${'61'.repeat(255)}`.repeat(16) + '10'.padEnd(34, '62'))).toBe(
    'a'.repeat(4080) + 'b'.repeat(16),
  );
  expect(valueRead(16, `ff${'61'.repeat(255)}`.repeat(17))).toHaveLength(4096);
});

test('the texts of a message have 6,000 characters at most together', () => {
  const text = `ff${'61'.repeat(255)}`.repeat(17);
  const message = response(answer(16, text) + answer(99, text) + answer(1, 'c0000201') + answer(16, text), 4);
  const { answers } = readDnsMessage(message, 0, message.length)!;
  expect(answers.map(({ value }) => value.length)).toEqual([4096, 1904, '192.0.2.1'.length, 0]);
});

describe('the response code has twelve bits, eight of them in OPT (RFC 6891, 6.1.3)', () => {
  /** The whole OPT record with these upper bits: root, type, size, upper bits, version, flags, options. */
  const opt = (upper: number, options = ''): string =>
    `00 0029 04d0 ${upper.toString(16).padStart(2, '0')} 00 0000 ${hex(options).length.toString(16).padStart(4, '0')} ${options}`;
  const withRecords = (low: number, counts: string, records: string): Uint8Array =>
    hex(`1234 818${low.toString(16)} 0001 ${counts} ${QUESTION} ${records}`);
  const rcodeOf = (message: Uint8Array, length = message.length): number => readDnsMessage(message, 0, length)!.rcode;
  const AN_A = answer(1, 'c0000201');

  test.each([
    ['BADVERS', 0, 1, 16],
    ['BADKEY', 1, 1, 17],
    ['BADTIME', 2, 1, 18],
    ['BADMODE', 3, 1, 19],
    ['BADNAME', 4, 1, 20],
    ['BADALG', 5, 1, 21],
    ['BADTRUNC', 6, 1, 22],
    ['BADCOOKIE', 7, 1, 23],
    ['RCODE24', 8, 1, 24],
    ['RCODE4095', 15, 255, 4095],
    ['NXDOMAIN', 3, 0, 3],
  ])('%s', (name, low, upper, rcode) => {
    const message = withRecords(low, '0000 0000 0001', opt(upper));
    expect([rcodeOf(message), dnsRcodeName(rcode)]).toEqual([rcode, name]);
    expect([rcode, rcode ^ 16, rcode ^ 1].map((of) => isDnsRcode(message, 0, message.length, of))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test.each([
    ['behind answers', '0001 0000 0001', AN_A + opt(1)],
    ['behind authorities', '0000 0002 0001', AN_A + AN_A + opt(1)],
    ['behind other additional records', '0001 0001 0003', AN_A + AN_A + AN_A + opt(1) + AN_A],
    ['with options', '0000 0000 0001', opt(1, '000a 0008 0102030405060708')],
    ['of more answers than are listed', '0078 0000 0001', AN_A.repeat(120) + opt(1)],
  ])('%s', (_what, counts, records) => {
    expect(rcodeOf(withRecords(7, counts, records))).toBe(23);
  });

  test.each([
    ['where OPT is an answer', '0001 0000 0000', opt(1)],
    ['where OPT is an answer before another record', '0001 0000 0001', opt(1) + AN_A],
    ['without OPT', '0000 0000 0001', AN_A],
  ])('%s there are four', (_what, counts, records) => {
    expect(rcodeOf(withRecords(7, counts, records))).toBe(7);
  });

  test('what was not captured does not count', () => {
    const message = withRecords(7, '0001 0000 0001', AN_A + opt(1));
    for (let length = 12; length < message.length; length++) expect(rcodeOf(message, length)).toBe(7);
    expect(rcodeOf(message)).toBe(23);
  });
});

test('a question that is cut has no type, or no class', () => {
  const message = response('', 0);
  const questionOf = (length: number) => {
    const { questions, name, type, qclass } = readDnsMessage(message, 0, length)!;
    return [questions, name, type, qclass];
  };
  expect([12, 16, 17, 18, 19, 20, 21].map(questionOf)).toEqual([
    [1, null, null, null],
    [1, null, null, null],
    [1, 'a.b', null, null],
    [1, 'a.b', null, null],
    [1, 'a.b', 1, null],
    [1, 'a.b', 1, null],
    [1, 'a.b', 1, 1],
  ]);
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
