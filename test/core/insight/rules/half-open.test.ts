import { expect, test } from 'vitest';
import { findingsOf } from '../../../support/insights.ts';
import { attempts, type End } from '../../../support/tcp-attempts.ts';

/** Attempts a quarter of a second apart, then one that is complete long after. */
const attemptsOf = (count: number, ends: End, rest = 1, apart = 250) => [
  ...attempts(count, (index) => ({ at: index * apart, clientPort: 1024 + index, ends })),
  ...attempts(rest, (index) => ({ at: count * apart + 60_000 + index, clientPort: 60_000 + index })),
];

test('SYNs to one port without an answer build up', async () => {
  expect(await findingsOf('half_open', attemptsOf(20, 'unanswered'))).toEqual([
    {
      time: '2025-01-01T00:01:05.002000Z',
      rule: 'half_open',
      severity: 'warn',
      confidence: 'high',
      summary: '20 of 21 handshakes with 10.0.0.2:80 were not finished: 20 SYNs had no answer, 0 answers had no ACK',
      evidence: [0, 1, 2, 3, 4].map(
        (index) =>
          `handshake stream=${index} client_addr=10.0.0.1 server_addr=10.0.0.2 server_port=80 outcome=unanswered`,
      ),
      since: '2025-01-01T00:00:00.000000Z',
      advice:
        'See whether the server listens and how full its queue is (ss -ltn), then whether a firewall drops the answer.',
      subject: '10.0.0.2:80',
      source: 'rules',
    },
  ]);
});

test('answers without an ACK are told apart, and the advice is another one', async () => {
  const [found] = await findingsOf('half_open', attemptsOf(20, 'half-open'));
  expect(found).toMatchObject({
    summary: '20 of 21 handshakes with 10.0.0.2:80 were not finished: 0 SYNs had no answer, 20 answers had no ACK',
    advice: expect.stringContaining('do not come back to the clients'),
  });
});

test('one fewer is none', async () => {
  expect(await findingsOf('half_open', attemptsOf(19, 'unanswered'))).toEqual([]);
  expect(await findingsOf('half_open', attemptsOf(19, 'unanswered'), ['half_open.handshakes=19'])).toHaveLength(1);
});

test('a share below the threshold is none', async () => {
  expect(await findingsOf('half_open', attemptsOf(30, 'unanswered', 70))).toHaveLength(1);
  expect(await findingsOf('half_open', attemptsOf(30, 'unanswered', 71))).toEqual([]);
});

test('connections that were refused, or went on, are none', async () => {
  for (const ends of ['refused', 'one-way', 'complete'] as const) {
    expect(await findingsOf('half_open', attemptsOf(30, ends))).toEqual([]);
  }
});

test('a flood is left to syn_flood', async () => {
  const flood = (count: number) => attemptsOf(count, 'unanswered', 1, 1);
  expect(await findingsOf('half_open', flood(99))).toHaveLength(1);
  expect(await findingsOf('half_open', flood(100))).toEqual([]);
});

test('a SYN of the last seconds may still be answered', async () => {
  const last = (waits: number) => [
    ...attempts(20, (index) => ({ at: index, clientPort: 1024 + index, ends: 'unanswered' })),
    ...attempts(1, () => ({ at: 19 + waits, clientPort: 60_000, answersIn: 0.5, ends: 'half-open', port: 81 })),
  ];
  expect(await findingsOf('half_open', last(2999.5))).toHaveLength(1);
  expect(await findingsOf('half_open', last(2998))).toEqual([]);
});
