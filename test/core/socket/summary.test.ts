import { describe, expect, test } from 'vitest';
import type { ConnRow } from '../../../src/core/record/tables/conn.ts';
import type { SummaryKey } from '../../../src/core/record/tables/conn-summary.ts';
import { openConnections } from '../../../src/core/socket/connections.ts';
import { ConnSummary, summarize } from '../../../src/core/socket/summary.ts';
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

test('by pid: each process by itself, with its name', () => {
  const [row] = engine.rows();
  const held = (pid: number | null, process: string | null): ConnRow => ({
    ...row!,
    pid,
    process,
    pids: pid === null ? [] : [`${pid}`, '1'],
  });
  const rows = summarize([held(10, 'nginx'), held(9, 'nginx'), held(10, 'sh'), held(null, null)], 'pid', 'now');
  expect(rows.map(({ by, key, conns, pids, processes }) => [by, key, conns, pids, processes])).toEqual([
    ['pid', '10', 2, ['10', '1'], ['nginx', 'sh']],
    ['pid', '9', 1, ['9', '1'], ['nginx']],
    ['pid', null, 1, [], []],
  ]);
});

describe('percentiles of round-trip times', () => {
  const rowsOf = (times: readonly (number | null)[]) => {
    const engine = openConnections(() => null, false);
    engine.ingest(readingOf(times.map((rtt_ms, key) => socketOf({ key, rtt_ms }))), {
      time: '2026-01-02T03:04:05.000Z',
      monotonicMs: 0,
    });
    return [...engine.rows()];
  };
  const percentilesOf = (summary: ConnSummary) =>
    summary.rows('now').map(({ rtt_p50_ms, rtt_p95_ms, rtt_p99_ms }) => [rtt_p50_ms, rtt_p95_ms, rtt_p99_ms]);
  const summaryOf = (times: readonly (number | null)[], most?: number): ConnSummary => {
    const summary = new ConnSummary('process', undefined, most);
    for (const row of rowsOf(times)) summary.add(row);
    return summary;
  };

  test('are by nearest rank, of those that are known', () => {
    const times = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentilesOf(summaryOf([null, ...times, null]))).toEqual([[50, 95, 99]]);
    expect(percentilesOf(summaryOf([0.125]))).toEqual([[0.125, 0.125, 0.125]]);
    expect(percentilesOf(summaryOf([null]))).toEqual([[null, null, null]]);
  });

  test('of more than are kept nothing is known', () => {
    expect(percentilesOf(summaryOf([1, 2, 3], 3))).toEqual([[2, 3, 3]]);
    expect(percentilesOf(summaryOf([1, 2, 3, 4], 3))).toEqual([[null, null, null]]);
  });
});
