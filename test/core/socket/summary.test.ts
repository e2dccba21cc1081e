import { expect, test } from 'vitest';
import type { SummaryKey } from '../../../src/core/record/tables/conn-summary.ts';
import { openConnections } from '../../../src/core/socket/connections.ts';
import { summarize } from '../../../src/core/socket/summary.ts';
import { readingOf, socketOf } from '../../support/fake-platform.ts';

const engine = openConnections(() => null, false);
engine.ingest(
  readingOf([
    socketOf({ key: 1, rx_bytes: 100, rtt_ms: 10 }),
    socketOf({ key: 2, rx_bytes: 50, rtt_ms: 20, remote_addr: '198.51.100.8' }),
    socketOf({
      key: 3,
      state: 'LISTEN',
      local_port: 22,
      remote_addr: null,
      remote_port: null,
      rx_bytes: null,
      tx_bytes: null,
      rtt_ms: null,
      uid: 7,
    }),
  ]),
  { time: '2026-01-02T03:04:05.000Z', monotonicMs: 0 },
);
const by = (key: SummaryKey) => summarize(engine.rows(), key, 'now');

test('by process: sums what is known', () => {
  expect(by('process')).toMatchObject([
    {
      key: 'curl',
      conns: 3,
      established: 2,
      listening: 1,
      remotes: 2,
      rx_bytes: 150,
      rtt_avg_ms: 15,
      rx_rate: null,
      pids: ['777'],
    },
  ]);
});

test('by state, remote, port and user: the largest group first', () => {
  expect(by('state').map((row) => [row.key, row.conns])).toEqual([
    ['ESTABLISHED', 2],
    ['LISTEN', 1],
  ]);
  expect(by('remote').map((row) => row.key)).toEqual(['198.51.100.7', '198.51.100.8', null]);
  expect(by('port').map((row) => row.key)).toEqual(['443', '22']);
  expect(by('user').map((row) => row.key)).toEqual(['alice', '7']);
});
