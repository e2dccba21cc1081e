import { expect, test } from 'vitest';
import { slowResolver } from '../../../../src/core/insight/rules/slow-resolver.ts';
import { type DnsExchange, dnsFrames } from '../../../support/dns-exchanges.ts';
import { findingsOf, opened } from '../../../support/insights.ts';
import { countsLater } from '../../../support/live-findings.ts';

/** 20 answers, of which the last two took so long: the 95th percentile is the 19th. */
const answers = (slow: number, count = 20): DnsExchange[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `www.site${index % 3}.example`,
    at: 1000 * index,
    takes: index >= count - 2 ? slow : 5,
  }));

test('a server whose 95th percentile is half a second is slow', async () => {
  expect(
    await findingsOf('slow_resolver', dnsFrames(answers(500).with(17, { ...answers(500)[17]!, takes: 600 }))),
  ).toEqual([
    {
      time: '2025-01-01T00:00:19.500000Z',
      rule: 'slow_resolver',
      severity: 'warn',
      confidence: 'medium',
      summary: 'DNS server 10.0.0.53: 5 of 100 answers take 500 ms or longer, half of them 5 ms or longer (20 answers)',
      evidence: [
        'dns_query packet=35 server=10.0.0.53 name=www.site2.example qtype=A latency_ms=600',
        'dns_query packet=37 server=10.0.0.53 name=www.site0.example qtype=A latency_ms=500',
        'dns_query packet=39 server=10.0.0.53 name=www.site1.example qtype=A latency_ms=500',
        'dns_query packet=1 server=10.0.0.53 name=www.site0.example qtype=A latency_ms=5',
        'dns_query packet=3 server=10.0.0.53 name=www.site1.example qtype=A latency_ms=5',
      ],
      since: '2025-01-01T00:00:17.000000Z',
      advice: slowResolver.advice,
      subject: '10.0.0.53',
      source: 'rules',
    },
  ]);
});

test.each([
  ['the percentile is a millisecond less', answers(499), []],
  ['there is one answer too few', answers(700, 19), []],
  ['all slow answers are of two domains', answers(700), []],
  ['the same with two domains allowed', answers(700), ['slow_resolver.domains=2']],
] as const)('%s', async (what, exchanges, thresholds) => {
  const found = await findingsOf('slow_resolver', dnsFrames(exchanges), thresholds);
  expect(found.map(({ subject }) => subject)).toEqual(what.startsWith('the same') ? ['10.0.0.53'] : []);
});

test('a quick server from the same place makes it sure', async () => {
  const slow = Array.from({ length: 20 }, (_, index) => ({
    name: `a.site${index}.example`,
    at: 1000 * index,
    takes: 800,
  }));
  const quick = slow.map((one) => ({ ...one, server: [10, 0, 0, 54], takes: 3 }));
  const [found, ...others] = await findingsOf('slow_resolver', dnsFrames([...slow, ...quick]));
  expect(others).toEqual([]);
  expect(found).toMatchObject({ confidence: 'high', summary: expect.stringContaining('; 10.0.0.54 needs 3 ms') });
});

test('of servers and answers no more are kept than it says', () => {
  const { dns_query: take, findings } = opened(slowResolver);
  const row = { time: null, client: '10.0.0.1', transport: 'udp', id: 1, qtype: 'A', rcode: 'NOERROR' } as const;
  const rest = { answers: [], packet: 1, community_id: null, latency_ms: 900 };
  for (let server = 0; server < 3000; server++) {
    for (let index = 0; index < 20; index++) {
      take!({ ...row, ...rest, server: `s${server}`, name: `a.b${index}.example` }, 0);
    }
  }
  expect([...findings(0)]).toHaveLength(1000);
});

test('in a live run it leaves after ten minutes', () => {
  const frames = dnsFrames(answers(500).with(17, { ...answers(500)[17]!, takes: 600 }));
  expect(countsLater(slowResolver, frames, 0, 590, 601)).toEqual([1, 1, 0]);
});
