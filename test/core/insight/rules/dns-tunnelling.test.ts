import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { dnsTunnelling } from '../../../../src/core/insight/rules/dns-tunnelling.ts';
import { type DnsExchange, dnsFrames } from '../../../support/dns-exchanges.ts';
import { findingsOf, opened } from '../../../support/insights.ts';
import { countsLater } from '../../../support/live-findings.ts';

const TXT = 16;
/** So many characters that look like encoded data, different for each index. */
const encoded = (index: number, length: number): string =>
  createHash('sha512').update(`${index}`).digest('hex').slice(0, Math.min(63, length));
const tunnel = (count: number, change: (index: number) => Partial<DnsExchange> = () => ({})): DnsExchange[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `${encoded(index, 30)}.t.example.com`,
    type: TXT,
    text: 'ok',
    at: 100 * index,
    ...change(index),
  }));
const subjects = async (exchanges: readonly DnsExchange[], thresholds: readonly string[] = []): Promise<unknown[]> =>
  (await findingsOf('dns_tunnelling', dnsFrames(exchanges), thresholds)).map(({ subject }) => subject);

test('30 long names of random letters for TXT', async () => {
  const [found, ...others] = await findingsOf('dns_tunnelling', dnsFrames(tunnel(30)));
  expect(others).toEqual([]);
  expect(found).toEqual({
    time: '2025-01-01T00:00:02.901000Z',
    rule: 'dns_tunnelling',
    severity: 'warn',
    confidence: 'high',
    summary:
      '10.0.0.1 asked for 30 names below example.com, 31 characters of 3.7 bits each, 30 of 30 for TXT or the like',
    evidence: [0, 1, 2, 3, 4].map(
      (index) => `dns_query packet=${2 * index + 1} client=10.0.0.1 name=${encoded(index, 30)}.t.example.com qtype=TXT`,
    ),
    since: '2025-01-01T00:00:00.000000Z',
    advice: dnsTunnelling.advice,
    subject: 'example.com',
    source: 'rules',
  });
});

const LONG = 'v'.repeat(100);
const short = (index: number): string => `h${index}.t.example.com`;
test.each([
  ['29 names', tunnel(29), []],
  ['names of 29 characters', tunnel(30, (index) => ({ name: `${encoded(index, 28)}.t.example.com` })), []],
  ['names of 30 characters', tunnel(30, (index) => ({ name: `${encoded(index, 29)}.t.example.com` })), ['example.com']],
  ['one name 30 times', tunnel(30, () => ({ name: `${encoded(1, 30)}.t.example.com` })), []],
  [
    'long names without entropy',
    tunnel(30, (index) => ({ name: `${'ab'.repeat(14)}${index + 10}.t.example.com` })),
    [],
  ],
  ['one every seven seconds', tunnel(30, (index) => ({ at: 7000 * index })), []],
  ['a content network', tunnel(30, (index) => ({ name: `${encoded(index, 40)}.cloudfront.net` })), []],
  ['services', tunnel(30, (index) => ({ name: `_${encoded(index, 40)}._tcp.example.com` })), []],
  ['a domain below co.uk', tunnel(30, (index) => ({ name: `${encoded(index, 30)}.a${index}.co.uk` })), []],
  ['short names with long texts', tunnel(30, (index) => ({ name: short(index), text: LONG })), ['example.com']],
  ['texts of 99', tunnel(30, (index) => ({ name: short(index), text: LONG.slice(1) })), []],
] as const)('%s', async (_, exchanges, expected) => {
  expect(await subjects(exchanges)).toEqual(expected);
});

test('a threshold may be set', async () => {
  expect(await subjects(tunnel(29), ['dns_tunnelling.names=29'])).toEqual(['example.com']);
});

test('domains are bounded', () => {
  const { dns_query: take, findings } = opened(dnsTunnelling);
  const row = { time: null, client: 'c', server: '10.0.0.53', transport: 'udp', id: 1, qtype: 'TXT' } as const;
  const rest = { answers: [], packet: 1, community_id: null, latency_ms: 1, rcode: 'NOERROR' };
  for (let domain = 0; domain < 800; domain++) {
    for (let index = 0; index < 30; index++) {
      take!({ ...row, ...rest, name: `${encoded(index, 40)}.d${domain}.test` }, 0);
    }
  }
  expect([...findings(0)]).toHaveLength(500);
});

test('in a live run it leaves after ten minutes', () => {
  expect(countsLater(dnsTunnelling, dnsFrames(tunnel(30)), 0, 590, 601)).toEqual([1, 1, 0]);
});
