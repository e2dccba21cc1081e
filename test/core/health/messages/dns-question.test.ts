import { expect, test } from 'vitest';
import { Failure } from '../../../../src/core/failure.ts';
import { dnsQuestionOf, questionKey } from '../../../../src/core/health/messages/dns-question.ts';
import { parseTarget } from '../../../../src/core/health/target.ts';

const asked = (text: string) => dnsQuestionOf(parseTarget(text));

test.each([
  ['dns://192.0.2.1', { name: '', type: 2 }],
  ['dns://192.0.2.1/', { name: '', type: 2 }],
  ['dns://192.0.2.1/.', { name: '', type: 2 }],
  ['dns://192.0.2.1/.?type=SOA', { name: '', type: 6 }],
  ['dns://192.0.2.1/example.org', { name: 'example.org', type: 1 }],
  ['dns://192.0.2.1/example.org.?type=aaaa', { name: 'example.org', type: 28 }],
  ['dns://192.0.2.1/_dmarc.example.org?type=TXT&transport=tcp', { type: 16, transport: 'tcp' }],
  ['dns://192.0.2.1/bücher.example', { name: 'xn--bcher-kva.example' }],
  ['dns://192.0.2.1/0%2F25.2.0.192.in-addr.arpa?type=PTR', { name: '0/25.2.0.192.in-addr.arpa', type: 12 }],
  ['dns://[2001:db8::1]:5353/x?type=TYPE65280', { name: 'x', type: 65_280 }],
  ['dot://192.0.2.1/x?type=HTTPS', { name: 'x', type: 65 }],
  ['doh://192.0.2.1/x?type=A&method=get&path=/q', { name: 'x', method: 'GET', path: '/q' }],
  ['doh://192.0.2.1/x', { method: 'POST', path: '/dns-query' }],
  ['dns:///example.org', { name: 'example.org', type: 1 }],
])('%s', (text, question) => {
  expect(asked(text)).toMatchObject(question);
});

test.each([
  ['dns://192.0.2.1/a..b', 'a..b', '"a..b" is no name'],
  [`dns://192.0.2.1/${'x'.repeat(64)}`, 'x'.repeat(64), 'is no name'],
  [`dns://192.0.2.1/${'x.'.repeat(130)}`, 'x.x', 'is no name'],
  ['dns://192.0.2.1/a%zz', 'a%zz', 'is no name'],
  ['dns://192.0.2.1/a%00b', 'a%00b', 'is no name'],
  ['dns://192.0.2.1/127。0.0.1', '127。0.0.1', 'is no name'],
  ['dns://192.0.2.1/ⓔxample.org', 'ⓔxample.org', 'is no name'],
  ['dns://192.0.2.1/a?tipe=A', 'tipe', 'unknown parameter "tipe"'],
  ['dns://192.0.2.1/a?type=A&transport=sctp', 'sctp', '"sctp" is no transport'],
  ['dns://192.0.2.1/a?type=AXFR', 'AXFR', '"AXFR" is no type'],
  ['dns://192.0.2.1/a?type=TYPE65536', 'TYPE65536', 'is no type'],
  ['dns://192.0.2.1/a?type=', '', 'is no type'],
  ['dot://192.0.2.1/a?transport=tcp', 'transport', 'unknown parameter "transport"'],
  ['doh://192.0.2.1/a?path=dns-query', 'dns-query', 'is no path'],
])('%s is refused at its place', (text, at, message) => {
  let failure: unknown;
  try {
    asked(text);
  } catch (error) {
    failure = error;
  }
  if (!(failure instanceof Failure)) throw new Error('no Failure');
  expect(failure.message).toContain(message);
  expect(failure.exit).toBe(64);
  expect(failure.place!.text.slice(failure.place!.column)).toMatch(at === '' ? /^$/ : at.slice(0, 3));
});

test('the same question has one key', () => {
  expect(questionKey(asked('dns://192.0.2.1/Example.org'))).toBe(
    questionKey(asked('dot://192.0.2.2/example.ORG?type=A')),
  );
  expect(questionKey(asked('dns://192.0.2.1/x'))).not.toBe(questionKey(asked('dns://192.0.2.1/x?type=AAAA')));
});
