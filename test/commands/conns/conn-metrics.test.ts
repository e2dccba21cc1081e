import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ConnMetrics } from '../../../src/commands/conns/conn-metrics.ts';
import type { ConnRow } from '../../../src/core/record/tables/conn.ts';
import { openConnections } from '../../../src/core/socket/connections.ts';
import { readingOf, socketOf } from '../../support/fake-platform.ts';
import { toolIsMissing } from '../../support/tool.ts';

const engine = openConnections(() => null, false);
engine.ingest(readingOf([socketOf()]), { time: '2026-01-02T03:04:05.000Z', monotonicMs: 0 });
const ROW = [...engine.rows()][0]!;

const rowOf = (changes: Partial<ConnRow> = {}): ConnRow => ({ ...ROW, ...changes });

function metricsOf(rows: readonly ConnRow[]): string {
  const metrics = new ConnMetrics();
  for (const row of rows) metrics.add(row);
  return metrics.text();
}

const series = (text: string, name: string): readonly string[] =>
  text.split('\n').filter((line) => line.startsWith(`${name}{`));

test('sockets are added up by protocol, state and process', () => {
  const text = metricsOf([
    rowOf(),
    rowOf(),
    rowOf({ state: 'CLOSE_WAIT' }),
    rowOf({ process: 'nginx', state: 'LISTEN', rx_queue: 7, tx_queue: 511, rx_bytes: null, rtt_ms: null }),
    rowOf({ process: null, proto: 'udp', state: 'UNCONN', rx_queue: 3 }),
  ]);
  expect(series(text, 'netwatch_conns')).toEqual([
    'netwatch_conns{proto="tcp",process="curl",state="established"} 2',
    'netwatch_conns{proto="tcp",process="curl",state="close_wait"} 1',
    'netwatch_conns{proto="tcp",process="nginx",state="listen"} 1',
    'netwatch_conns{proto="udp",state="unconn"} 1',
  ]);
  expect(series(text, 'netwatch_conns_receive_bytes')).toEqual([
    'netwatch_conns_receive_bytes{proto="tcp",process="curl"} 3000',
    'netwatch_conns_receive_bytes{proto="udp"} 1000',
  ]);
  // of a listening socket the queues count connections
  expect(series(text, 'netwatch_conns_receive_queue_bytes')).toEqual([
    'netwatch_conns_receive_queue_bytes{proto="tcp",process="curl"} 0',
    'netwatch_conns_receive_queue_bytes{proto="udp"} 3',
  ]);
  expect(series(text, 'netwatch_conns_rtt_seconds')[0]).toMatch(/ 0\.0125$/);
  expect(series(text, 'node_tcp_connection_states')).toEqual([
    'node_tcp_connection_states{state="established"} 2',
    'node_tcp_connection_states{state="close_wait"} 1',
    'node_tcp_connection_states{state="listen"} 1',
  ]);
});

test('processes beyond a hundred are one, and those with the most sockets are not among them', () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => rowOf({ process: `p${index}` }));
  const text = metricsOf([...rows, rowOf({ process: 'p300' }), rowOf({ process: 'p300' })]);
  const conns = series(text, 'netwatch_conns');
  expect(conns).toHaveLength(101);
  expect(conns).toContain('netwatch_conns{proto="tcp",process="p300",state="established"} 3');
  expect(conns).toContain('netwatch_conns{proto="tcp",process="(others)",state="established"} 19900');
  expect(series(text, 'node_tcp_connection_states')).toEqual(['node_tcp_connection_states{state="established"} 20002']);
  expect(text.split('\n').length).toBeLessThan(1000);
});

test('of saved snapshots the last counts, of the flows of a capture all', () => {
  const times = ['2026-01-02T03:04:05.000Z', '2026-01-02T03:04:06.000Z'];
  expect(series(metricsOf(times.map((time) => rowOf({ time }))), 'netwatch_conns')[0]).toMatch(/ 1$/);
  expect(series(metricsOf(times.map((time, stream) => rowOf({ time, stream }))), 'netwatch_conns')[0]).toMatch(/ 2$/);
});

test('of no socket there are help and type alone', () => {
  const text = metricsOf([]);
  expect(text).toMatch(/^# HELP netwatch_conns /);
  expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('# '))).toEqual([]);
});

test.skipIf(toolIsMissing('promtool'))('promtool finds nothing to complain of', () => {
  for (const input of [
    metricsOf([rowOf(), rowOf({ process: null, proto: 'udp' })]),
    metricsOf([]),
    metricsOf([rowOf({ process: 'a"\\\n\u202e}' })]),
  ]) {
    const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
    expect([stdout + stderr, status]).toEqual(['', 0]);
  }
});
