import dnsPacket, { type Answer } from 'dns-packet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answersQuery, readDnsAnswer } from '../../../../src/core/health/messages/dns-answer.ts';
import { dnsQuery } from '../../../../src/core/health/messages/dns-query.ts';
import { cpuMsOf } from '../../../support/cpu-time.ts';
import { addresses, answerTo } from '../../../support/dns-server.ts';

const QUESTION = { name: 'Example.org', type: 1, transport: 'udp', method: 'POST', path: '' } as const;
const QUERY = dnsQuery(QUESTION, 4711, true);
const DECODED = dnsPacket.decode(QUERY);
const answer = (answers: readonly Answer[], flags = 0) => answerTo(DECODED, answers, flags);

test('a query asks for recursion and for DNSSEC, and is a whole message', () => {
  expect(DECODED).toMatchObject({ id: 4711, flag_qr: false, flag_rd: true, flag_ad: true, flag_cd: false });
  expect(DECODED.questions).toEqual([{ name: 'Example.org', type: 'A', class: 'IN' }]);
  expect(DECODED.additionals).toMatchObject([{ type: 'OPT', flag_do: true, udpPayloadSize: 1232 }]);
  const plain = dnsPacket.decode(dnsQuery({ ...QUESTION, name: '', type: 2 }, 1, false));
  expect(plain.questions).toEqual([{ name: '.', type: 'NS', class: 'IN' }]);
  expect(plain.additionals).toEqual([]);
});

test('an answer is told by its id and question, whatever the case of its letters', () => {
  const good = answer(addresses(DECODED, '192.0.2.1'));
  expect(answersQuery(good, QUERY)).toBe(true);
  const lower = answerTo(dnsPacket.decode(dnsQuery({ ...QUESTION, name: 'example.ORG' }, 4711, true)), []);
  expect(answersQuery(lower, QUERY)).toBe(true);
  const others = [
    dnsQuery({ ...QUESTION, name: 'example.net' }, 4711, true),
    dnsQuery({ ...QUESTION, type: 28 }, 4711, true),
    dnsQuery(QUESTION, 4712, true),
  ].map((query) => answerTo(dnsPacket.decode(query), []));
  for (const other of [...others, QUERY, Buffer.alloc(0), good.subarray(0, 11), good.subarray(0, 20)])
    expect(answersQuery(other, QUERY)).toBe(false);
});

test('a server may leave the question out, whatever it answers; the id must be that of the query', () => {
  const bare = (rcode: number, id = 4711, type: 'response' | 'query' = 'response') =>
    dnsPacket.encode({ type, id, flags: rcode });
  for (let rcode = 0; rcode < 16; rcode++) {
    expect(answersQuery(bare(rcode), QUERY)).toBe(true);
    expect(answersQuery(bare(rcode, 4712), QUERY)).toBe(false);
    expect(answersQuery(bare(rcode, 4711, 'query'), QUERY)).toBe(false);
    expect(answersQuery(bare(rcode).subarray(0, 11), QUERY)).toBe(false);
  }
  const otherOpcode = bare(5);
  otherOpcode[2]! |= 0x28; // UPDATE (RFC 2136)
  expect(answersQuery(otherOpcode, QUERY)).toBe(false);
  const two = bare(5);
  two.writeUInt16BE(2, 4);
  expect(answersQuery(two, QUERY)).toBe(false);
  expect([0, 2, 5, 15].map((rcode) => readDnsAnswer(bare(rcode))?.rcode)).toEqual([
    ...['NOERROR', 'SERVFAIL', 'REFUSED', 'RCODE15'],
  ]);
});

test('code, vouching and addresses are read', () => {
  expect(readDnsAnswer(answer(addresses(DECODED, '192.0.2.1', '2001:db8::1'), dnsPacket.AUTHENTIC_DATA))).toEqual({
    rcode: 'NOERROR',
    authentic: true,
    truncated: false,
    edns: true,
    answers: ['192.0.2.1', '2001:db8::1'],
  });
  expect(readDnsAnswer(answer([], 3))).toMatchObject({ rcode: 'NXDOMAIN', authentic: false, answers: [] });
  const opt = { ...DECODED.additionals![0]!, extendedRcode: 1 } as Answer;
  const badVersion = dnsPacket.encode({ ...dnsPacket.decode(answer([])), type: 'response', additionals: [opt] });
  expect(readDnsAnswer(badVersion)).toMatchObject({ rcode: 'BADVERS' });
});

const name = 'example.org';
test.each<[string, Answer, string]>([
  ['CNAME', { type: 'CNAME', name, data: 'a.example.net' }, 'a.example.net'],
  ['MX', { type: 'MX', name, data: { preference: 10, exchange: 'mx.example.org' } }, '10 mx.example.org'],
  ['SRV', { type: 'SRV', name, data: { priority: 1, weight: 2, port: 443, target: 'a.example' } }, '1 2 443 a.example'],
  ['TXT', { type: 'TXT', name, data: ['v=spf1 ', '-all'] }, 'v=spf1 -all'],
  [
    'SOA',
    {
      type: 'SOA',
      name,
      data: {
        mname: 'ns.example.org',
        rname: 'root.example.org',
        serial: 1,
        refresh: 2,
        retry: 3,
        expire: 4,
        minimum: 5,
      },
    },
    'ns.example.org root.example.org 1 2 3 4 5',
  ],
  ['CAA', { type: 'CAA', name, data: { flags: 0, tag: 'issue', value: 'ca.example' } }, '0 issue "ca.example"'],
  [
    'DS',
    { type: 'DS', name, data: { keyTag: 20326, algorithm: 8, digestType: 2, digest: Buffer.from('e06d', 'hex') } },
    '20326 8 2 e06d',
  ],
  ['a type without a form', { type: 'UNKNOWN_65', name, data: Buffer.from('000100', 'hex') } as never, '\\# 3 000100'],
])('%s is written as a zone file has it', (_, record, text) => {
  expect(readDnsAnswer(answer([record]))!.answers).toEqual([text]);
});

test('what signs the answer is no part of it, unless it was asked for', () => {
  const signature: Answer = {
    type: 'RRSIG',
    name,
    data: {
      ...{ typeCovered: 'A', algorithm: 13, labels: 2, originalTTL: 60, expiration: 2, inception: 1, keyTag: 3 },
      ...{ signersName: 'example.org', signature: Buffer.alloc(64) },
    },
  };
  expect(readDnsAnswer(answer([...addresses(DECODED, '192.0.2.1'), signature]))!.answers).toEqual(['192.0.2.1']);
  const query = dnsPacket.decode(dnsQuery({ ...QUESTION, type: 46 }, 1, true));
  expect(readDnsAnswer(answerTo(query, [signature]))!.answers).toEqual(['A 13 2 example.org']);
});

test('a hundred answers are listed, each of 255 characters', () => {
  const many = Array.from({ length: 500 }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
  expect(readDnsAnswer(answer(addresses(DECODED, ...many)))!.answers).toEqual(many.slice(0, 100));
  const long: Answer = { type: 'TXT', name, data: Array.from({ length: 40 }, () => 'x'.repeat(250)) };
  expect(readDnsAnswer(answer([long]))!.answers.map(({ length }) => length)).toEqual([255]);
});

test('counts that the bytes do not hold are malformed, and cost nothing', () => {
  const lie = answer([]);
  for (const at of [6, 8, 10]) lie.writeUInt16BE(0xffff, at);
  const cpuMs = cpuMsOf(() => {
    for (let round = 0; round < 1000; round++) expect(readDnsAnswer(lie)).toBeNull();
  });
  expect(cpuMs).toBeLessThan(500);
});

test('thousands of names that point through thousands of others are bounded', () => {
  const head = answer([]);
  head.writeUInt16BE(0, 10);
  const message = Buffer.alloc(65_535);
  let at = head.copy(message, 0, 0, head.length - 11);
  const record = (length: number) => {
    message.writeUInt16BE(10, at);
    message.writeUInt16BE(1, at + 2);
    message.writeUInt16BE(length, at + 8);
    at += 10;
  };
  message[at++] = 0;
  const lengthAt = at + 8;
  record(0);
  let last = at++;
  while (at < 16_380) {
    message.writeUInt16BE(0xc000 | last, at);
    last = at;
    at += 2;
  }
  message.writeUInt16BE(at - lengthAt - 2, lengthAt);
  let count = 1;
  for (; at + 12 <= message.length; count++) {
    message.writeUInt16BE(0xc000 | last, at);
    at += 2;
    record(0);
  }
  message.writeUInt16BE(count, 6);
  const cpuMs = cpuMsOf(() => expect(readDnsAnswer(message.subarray(0, at))!.answers.length).toBe(100));
  expect(cpuMs).toBeLessThan(200); // 575 ms when all of it is decoded
});

test('what is truncated says so however little is left; else every cut is malformed', () => {
  const whole = answer(addresses(DECODED, '192.0.2.1', '192.0.2.2'), dnsPacket.TRUNCATED_RESPONSE);
  for (let length = 29; length < whole.length; length++)
    expect(readDnsAnswer(whole.subarray(0, length))).toMatchObject({ truncated: true });
  const plain = answer(addresses(DECODED, '192.0.2.1', '192.0.2.2'));
  for (let length = 29; length < plain.length; length++) expect(readDnsAnswer(plain.subarray(0, length))).toBeNull();
});

test('garbage never throws', () => {
  const good = answer(addresses(DECODED, '192.0.2.1', '192.0.2.2'));
  const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 8 });
  fc.assert(
    fc.property(changes, fc.nat(good.length), (changed, length) => {
      const bytes = Buffer.from(good.subarray(0, length));
      for (const [at, value] of changed) if (at < bytes.length) bytes[at] = value;
      if (!answersQuery(bytes, QUERY)) return;
      const read = readDnsAnswer(bytes);
      expect(read === null || read.answers.length <= 100).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
