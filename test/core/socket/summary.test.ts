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

describe('several paths', () => {
  const [row] = engine.rows();
  const carried = (given: Partial<ConnRow>): ConnRow => ({ ...row!, rx_bytes: 0, tx_bytes: 0, ...given });
  const rows = [
    carried({ proto: 'mptcp', mptcp_token: 'aa', mptcp_role: 'connection', rx_bytes: null, tx_bytes: null }),
    carried({ mptcp_token: 'aa', iface: 'a0', local_addr: '10.0.0.1', rx_bytes: 60, tx_bytes: 15 }),
    carried({ mptcp_token: 'aa', iface: 'a1', local_addr: '10.0.1.1', rx_bytes: 25 }),
    carried({ mptcp_token: 'bb', iface: 'a1', local_addr: '10.0.1.1', tx_bytes: 100 }),
    carried({ mptcp_token: 'cc', iface: null, local_addr: '10.0.2.1' }),
    carried({ iface: 'a1', local_addr: '10.0.1.1', rx_bytes: 800 }),
  ];
  const shares = (key: SummaryKey) =>
    summarize(rows, key, 'now').map(({ key, session, conns, share_pct }) => [key, session, conns, share_pct]);

  test('by subflow: the share of each path of its session; nothing is known of one that carried nothing', () => {
    expect(shares('subflow')).toEqual([
      ['aa a0 10.0.0.1 > 198.51.100.7', 'aa', 1, 75],
      ['aa a1 10.0.1.1 > 198.51.100.7', 'aa', 1, 25],
      ['bb a1 10.0.1.1 > 198.51.100.7', 'bb', 1, 100],
      ['cc ? 10.0.2.1 > 198.51.100.7', 'cc', 1, null],
    ]);
  });

  test('by session, interface and path: the share of all; the connection adds nothing to its subflows', () => {
    expect(shares('session')).toEqual([
      ['aa', null, 2, 50],
      ['bb', null, 1, 50],
      ['cc', null, 1, 0],
    ]);
    expect(shares('interface')).toEqual([
      ['a1', null, 3, 92.5],
      ['a0', null, 1, 7.5],
      [null, null, 1, 0],
    ]);
    expect(shares('path')).toEqual([
      ['10.0.1.1 > 198.51.100.7', null, 3, 92.5],
      ['10.0.0.1 > 198.51.100.7', null, 1, 7.5],
      ['10.0.2.1 > 198.51.100.7', null, 1, 0],
    ]);
  });
});
