import { expect, test } from 'vitest';
import { nxdomainBurst } from '../../../../src/core/insight/rules/nxdomain-burst.ts';
import type { DnsQueryRow } from '../../../../src/core/record/tables/dns-query.ts';
import { type DnsExchange, dnsFrames, NXDOMAIN } from '../../../support/dns-exchanges.ts';
import { findingsOf, opened } from '../../../support/insights.ts';
import { countsLater } from '../../../support/live-findings.ts';

const missing = (names: readonly string[], apart = 100): DnsExchange[] =>
  names.map((name, index) => ({ name, at: apart * index, rcode: NXDOMAIN }));
const generated = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `qx${index}zk.example${index}.test`);
const subjects = async (exchanges: readonly DnsExchange[]): Promise<unknown[]> =>
  (await findingsOf('nxdomain_burst', dnsFrames(exchanges))).map(({ subject }) => subject);

test('50 names of 50 domains that do not exist', async () => {
  const [found, ...others] = await findingsOf('nxdomain_burst', dnsFrames(missing(generated(50))));
  expect(others).toEqual([]);
  expect(found).toEqual({
    time: '2025-01-01T00:00:04.901000Z',
    rule: 'nxdomain_burst',
    severity: 'warn',
    confidence: 'medium',
    summary: '10.0.0.1 asked for 50 names within 60 s that do not exist, below 50 domains',
    evidence: [0, 1, 2, 3, 4].map(
      (index) =>
        `dns_query packet=${2 * index + 1} server=10.0.0.53 name=qx${index}zk.example${index}.test rcode=NXDOMAIN`,
    ),
    since: '2025-01-01T00:00:00.000000Z',
    advice: nxdomainBurst.advice,
    subject: '10.0.0.1',
    source: 'rules',
  });
});

const HOSTS = Array.from({ length: 60 }, (_, index) => `host${index}.site.example`);
test.each([
  ['49 names', missing(generated(49)), []],
  ['50 names in more than a minute', missing(generated(50), 1225), []],
  ['one name 60 times', missing(new Array<string>(60).fill('a.example')), []],
  [
    'search domains behind names that exist',
    [
      ...missing(HOSTS.map((name) => `${name}.corp.test`)),
      ...HOSTS.map((name, index) => ({ name, at: 100 * index + 50 })),
    ],
    [],
  ],
  ['reverse lookups', missing(generated(60).map((_, index) => `${index}.0.0.10.in-addr.arpa`)), []],
  ['a list of addresses', missing(generated(60).map((_, index) => `${index}.0.0.10.zen.example`)), []],
  ['services', missing(generated(60).map((_, index) => `_s${index}._tcp.corp.test`)), []],
  ['names below one domain', missing(HOSTS), ['10.0.0.1']],
  [
    'among three times as many that exist',
    [...missing(generated(50)), ...generated(150).map((name, index) => ({ name: `ok${name}`, at: 30 * index + 1 }))],
    [],
  ],
] as const)('%s', async (_, exchanges, expected) => {
  expect(await subjects(exchanges)).toEqual(expected);
});

test('clients are bounded', () => {
  const { dns_query: take, findings } = opened(nxdomainBurst);
  const row = { time: null, server: '10.0.0.53', transport: 'udp', id: 1, qtype: 'A', rcode: 'NXDOMAIN' } as const;
  const rest = { answers: [], packet: 1, community_id: null, latency_ms: 1 };
  for (let client = 0; client < 1500; client++) {
    for (const name of generated(50)) take!({ ...row, ...rest, client: `c${client}`, name }, 0);
  }
  expect([...findings(0)]).toHaveLength(1000);
});

test('in a live run it leaves after ten minutes', () => {
  expect(countsLater(nxdomainBurst, dnsFrames(missing(generated(50))), 0, 590, 601)).toEqual([1, 1, 0]);
});

test.each([
  [0, 1],
  [-3600, 0],
])('names before and after a clock is set by %i seconds are within one window: %i', (by, count) => {
  const open = opened(nxdomainBurst);
  for (const [index, name] of generated(50).entries()) {
    const time = new Date(1e12 + 100 * index + (index < 25 ? 0 : 1000 * by)).toISOString();
    const answer = {
      time,
      name,
      client: '10.0.0.1',
      server: '10.0.0.53',
      rcode: 'NXDOMAIN',
      transport: 'udp',
      packet: 1,
    };
    open.dns_query!(answer as DnsQueryRow, 1e9);
  }
  expect([...open.findings(1e9)]).toHaveLength(count);
});
