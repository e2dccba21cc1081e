import { expect, test } from 'vitest';
import { isGlobalAddress } from '../../../src/core/net/special-purpose.ts';
import { parseIpApiAnswer } from '../../../src/core/place/ip-api-answer.ts';
import { parseRdapAnswer } from '../../../src/core/place/rdap-answer.ts';
import { type RdapQuery, serviceFor } from '../../../src/core/place/rdap-bootstrap.ts';
import { parseWhoisOperand } from '../../../src/core/place/whois-operand.ts';

const query = (text: string) => parseWhoisOperand(text) as RdapQuery;
const parse = (answer: unknown, asked = '193.0.0.1') => parseRdapAnswer(JSON.stringify(answer), query(asked));
const card = (...properties: unknown[]) => ['vcard', [['version', {}, 'text', '4.0'], ...properties]];

test('as RIPE answers: an abuse contact inside, a maintainer among the registrants', () => {
  expect(
    parse({
      objectClassName: 'ip network',
      handle: '193.0.0.0 - 193.0.7.255',
      name: 'EXAMPLE',
      type: 'ASSIGNED PA',
      country: 'NL',
      startAddress: '193.0.0.0',
      endAddress: '193.0.7.255',
      cidr0_cidrs: [{ v4prefix: '193.0.0.0', length: 21 }],
      status: ['active'],
      port43: 'whois.ripe.net',
      events: [
        { eventAction: 'registration', eventDate: '2003-03-17T12:15:57Z' },
        { eventAction: 'last changed', eventDate: '2024-01-02T03:04:05+01:00' },
      ],
      entities: [
        {
          handle: 'EXAMPLE-MNT',
          roles: ['registrant'],
          vcardArray: card(['fn', {}, 'text', 'EXAMPLE-MNT'], ['kind', {}, 'text', 'individual']),
        },
        {
          handle: 'ORG-1',
          roles: ['registrant'],
          vcardArray: card(['fn', {}, 'text', 'Example B.V.'], ['kind', {}, 'text', 'org']),
          entities: [{ handle: 'AR1', roles: ['abuse'], vcardArray: card(['email', {}, 'text', 'abuse@example.net']) }],
        },
      ],
    }),
  ).toMatchObject({
    prefix: '193.0.0.0/21',
    org: 'Example B.V.',
    orgHandle: 'ORG-1',
    abuseEmail: 'abuse@example.net',
    registry: 'ripe',
    registered: '2003-03-17T12:15:57.000Z',
    changed: '2024-01-02T02:04:05.000Z',
    isCut: false,
  });
});

test('as ARIN answers: origins as numbers, the country in the address of the holder', () => {
  expect(
    parse(
      {
        objectClassName: 'ip network',
        startAddress: '8.8.8.0',
        endAddress: '8.8.8.255',
        arin_originas0_originautnums: [15169, 15169, -1, 'x'],
        entities: [
          {
            roles: ['registrant'],
            vcardArray: card(
              ['fn', {}, 'text', 'Example LLC'],
              ['kind', {}, 'text', 'org'],
              ['adr', { label: '1 Street\nTown\nUnited States' }, 'text', ['', '', '', '', '', '', '']],
            ),
          },
        ],
      },
      '8.8.8.8',
    ),
  ).toMatchObject({ country: 'US', originAsns: [15169], org: 'Example LLC', prefix: '8.8.8.0/24' });
});

test('as APNIC and LACNIC answer: a description among the remarks, origins as texts', () => {
  const remarks = [{ title: 'description', description: ['Example Institute', 'Somewhere'] }];
  const answer = { objectClassName: 'ip network', remarks, lacnic_originAutnum: ['AS28001'] };
  expect(parse(answer)).toMatchObject({
    org: 'Example Institute',
    remarks: ['Example Institute', 'Somewhere'],
    originAsns: [28001],
  });
});

test('values of other types count as absent', () => {
  const odd = [null, 1, [], {}, 'x', [[]], [null], { length: 3 }];
  for (const one of odd) {
    const answer = {
      objectClassName: 'ip network',
      entities: one,
      events: one,
      remarks: one,
      status: one,
      cidr0_cidrs: one,
      startAddress: one,
      vcardArray: one,
    };
    expect(parse(answer)).toMatchObject({ handle: null, prefix: null, registered: null, abuseEmail: null });
  }
});

test('long texts and lists are cut, in whole characters', () => {
  const answer = parse({ objectClassName: 'ip network', name: '😀'.repeat(3000), status: Array(200).fill('active') });
  if ('fault' in answer) throw new Error(answer.fault);
  expect([answer.isCut, Buffer.byteLength(answer.name!), answer.status.length]).toEqual([true, 4096, 100]);
});

test('the service of the longest block is asked, over https alone', () => {
  const services = [
    [['193.0.0.0/8'], ['https://wide.example/']],
    [['193.0.0.0/21'], ['http://narrow.example/', 'https://narrow.example/rdap']],
    [['193.0.0.0/24'], ['http://plain.example/']],
  ];
  expect(serviceFor(JSON.stringify({ services }), query('193.0.0.1'))).toBe('https://narrow.example/rdap/');
  expect(serviceFor(JSON.stringify({ services }), query('8.8.8.8'))).toBeNull();
  expect(serviceFor('{"services":{}}', query('8.8.8.8'))).toBeUndefined();
});

test.each([
  ['8.8.8.8', true],
  ['2606:4700::1111', true],
  ['192.31.196.1', true],
  ['10.0.0.1', false],
  ['100.64.0.1', false],
  ['169.254.169.254', false],
  ['::ffff:10.0.0.1', false],
  ['64:ff9b::a00:1', false],
  ['2002:a00:1::', false],
  ['fd00::1', false],
  ['240.0.0.1', false],
  ['4000::1', false],
  ['example.org', false],
])('%s is global: %s', (address, expected) => {
  expect(isGlobalAddress(address)).toBe(expected);
});

test('what ip-api.com says is read when it is about the address', () => {
  const answer = { status: 'success', countryCode: 'US', city: 'Ashburn', as: 'AS15169 Google LLC', query: '8.8.8.8' };
  expect(parseIpApiAnswer(JSON.stringify(answer), '8.8.8.8')).toMatchObject({
    country: 'US',
    asn: 15169,
    org: 'Google LLC',
  });
  expect(parseIpApiAnswer(JSON.stringify({ ...answer, query: '1.1.1.1' }), '8.8.8.8')).toEqual({
    fault: 'the answer is not about 8.8.8.8',
  });
  expect(parseIpApiAnswer('{"status":"fail","message":"reserved range"}', '8.8.8.8')).toEqual({
    fault: 'reserved range',
  });
  expect(parseIpApiAnswer('[1]', '8.8.8.8')).toEqual({ fault: 'the answer is no JSON object' });
});
