import { expect, test } from 'vitest';
import { failingResolver } from '../../../../src/core/insight/rules/failing-resolver.ts';
import { type DnsExchange, dnsFrames, REFUSED, SERVFAIL } from '../../../support/dns-exchanges.ts';
import { findingsOf, opened } from '../../../support/insights.ts';
import { countsLater } from '../../../support/live-findings.ts';

/** So many questions, of which the first ones fail with this. */
const questions = (count: number, failed: number, rcode: number | null, domains = 20): DnsExchange[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `www.site${index % domains}.example`,
    at: 100 * index,
    rcode: index < failed ? rcode : 0,
  }));
const LATER: DnsExchange = { name: 'www.later.example', at: 20_000, server: [10, 0, 0, 54] };
const subjects = async (exchanges: readonly DnsExchange[]): Promise<unknown[]> =>
  (await findingsOf('failing_resolver', dnsFrames(exchanges))).map(({ subject }) => subject);

test('a fifth of the questions ends in SERVFAIL', async () => {
  expect(await findingsOf('failing_resolver', dnsFrames(questions(20, 4, SERVFAIL)))).toEqual([
    {
      time: '2025-01-01T00:00:01.901000Z',
      rule: 'failing_resolver',
      severity: 'warn',
      confidence: 'high',
      summary: 'DNS server 10.0.0.53 failed 4 of 20 questions: 4 SERVFAIL',
      evidence: [
        'dns_query packet=1 server=10.0.0.53 name=www.site0.example qtype=A rcode=SERVFAIL',
        'dns_query packet=3 server=10.0.0.53 name=www.site1.example qtype=A rcode=SERVFAIL',
        'dns_query packet=5 server=10.0.0.53 name=www.site2.example qtype=A rcode=SERVFAIL',
        'dns_query packet=7 server=10.0.0.53 name=www.site3.example qtype=A rcode=SERVFAIL',
      ],
      since: '2025-01-01T00:00:00.000000Z',
      advice: failingResolver.advice,
      subject: '10.0.0.53',
      source: 'rules',
    },
  ]);
});

test.each([
  ['one failure less', questions(20, 3, SERVFAIL), []],
  ['one question less', questions(19, 10, SERVFAIL), []],
  ['failures for two domains', questions(40, 40, REFUSED, 2), []],
  ['failures for three', questions(40, 40, REFUSED, 3), ['10.0.0.53']],
  ['no answers, and other servers give some', [...questions(20, 20, null), LATER], ['10.0.0.53']],
  ['no answers in a capture without any', questions(20, 20, null), []],
  ['no answers, yet', [...questions(20, 20, null), { ...LATER, at: 1900 }], []],
] as const)('%s', async (_, exchanges, expected) => {
  expect(await subjects(exchanges)).toEqual(expected);
});

test('a question that was sent again counts once', async () => {
  const once = questions(19, 19, null);
  const again = once.map((one, index) => ({ ...one, id: index + 1, at: one.at + 1000 }));
  const twice = [...once.map((one, index) => ({ ...one, id: index + 1 })), ...again, LATER];
  expect(await subjects(twice)).toEqual([]);
});

test('servers are bounded', () => {
  const { dns_query: take, findings } = opened(failingResolver);
  const row = { time: '2025-01-01T00:00:00Z', client: '10.0.0.1', transport: 'udp', id: 1, qtype: 'A' } as const;
  const rest = { answers: [], packet: 1, community_id: null, latency_ms: 1, rcode: 'SERVFAIL' };
  for (let server = 0; server < 2000; server++) {
    for (let index = 0; index < 20; index++) {
      take!({ ...row, ...rest, server: `s${server}`, name: `a.b${index}.example` }, 0);
    }
  }
  expect([...findings(Number.NaN)]).toHaveLength(1000);
});

test('in a live run it leaves after ten minutes', () => {
  expect(countsLater(failingResolver, dnsFrames(questions(20, 4, SERVFAIL)), 0, 590, 601)).toEqual([1, 1, 0]);
});
