import { expect, test } from 'vitest';
import { findingsOf } from '../../../support/insights.ts';
import { attempts, host } from '../../../support/tcp-attempts.ts';

/** SYNs of hosts of their own, a millisecond apart. */
const flood = (count: number, ends: 'unanswered' | 'half-open' | 'complete' | 'refused' | 'one-way', apart = 1) =>
  attempts(count, (index) => ({ at: index * apart, client: host(256 + index), ends, answersIn: 0.5 }));

test('SYNs of many hosts that nobody follows up are a flood', async () => {
  expect(await findingsOf('syn_flood', flood(100, 'half-open'))).toEqual([
    {
      time: '2025-01-01T00:00:00.099500Z',
      rule: 'syn_flood',
      severity: 'error',
      confidence: 'high',
      summary:
        '10.0.0.2:80 was sent 100 SYNs a second from 100 addresses that nobody followed up; 100 of 100 handshakes were not finished, 100 of them answered',
      evidence: [0, 1, 2, 3, 4].map(
        (index) =>
          `handshake stream=${index} client_addr=10.0.1.${index} server_addr=10.0.0.2 server_port=80 outcome=incomplete`,
      ),
      since: '2025-01-01T00:00:00.000000Z',
      advice:
        'Check that SYN cookies are on (sysctl net.ipv4.tcp_syncookies), and have the sources filtered before they reach the server.',
      subject: '10.0.0.2:80',
      source: 'rules',
    },
  ]);
});

test('one SYN fewer in the worst second is none', async () => {
  expect(await findingsOf('syn_flood', flood(99, 'unanswered'))).toEqual([]);
  expect(await findingsOf('syn_flood', flood(99, 'unanswered'), ['syn_flood.syns_per_s=99'])).toHaveLength(1);
});

test('as many SYNs over more than a second are none', async () => {
  expect(await findingsOf('syn_flood', flood(100, 'unanswered', 10))).toHaveLength(1);
  expect(await findingsOf('syn_flood', flood(100, 'unanswered', 10.2))).toEqual([]);
});

test('as many connections that are made, refused or seen from one side are none', async () => {
  for (const ends of ['complete', 'refused', 'one-way'] as const) {
    expect(await findingsOf('syn_flood', flood(150, ends))).toEqual([]);
  }
});

test('the share of handshakes that are finished decides, too', async () => {
  const mixed = (complete: number) =>
    attempts(125, (index) => ({
      at: index,
      client: host(256 + index),
      ends: index < complete ? 'complete' : 'unanswered',
      answersIn: 0.2,
    }));
  expect(await findingsOf('syn_flood', mixed(25))).toHaveLength(1);
  expect(await findingsOf('syn_flood', mixed(26), ['syn_flood.syns_per_s=99'])).toEqual([]);
});

test('SYNs of one address may be a load test: the rule is less sure', async () => {
  const [found] = await findingsOf(
    'syn_flood',
    attempts(100, (index) => ({ at: index, clientPort: 1024 + index, ends: 'unanswered' })),
  );
  expect(found).toMatchObject({
    confidence: 'medium',
    summary:
      '10.0.0.2:80 was sent 100 SYNs a second from 10.0.0.1 that nobody followed up; 100 of 100 handshakes were not finished, 0 of them answered',
  });
});
