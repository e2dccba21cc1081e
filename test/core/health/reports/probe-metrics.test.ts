import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { probeExposition } from '../../../../src/core/health/reports/probe-metrics.ts';
import { roundOf } from '../../../support/probe-rows.ts';
import { toolIsMissing } from '../../../support/tool.ts';

const ALL = roundOf('https://example.org/a?b', [10, 20, null], {
  dns_ms: 1,
  connect_ms: 2,
  tls_ms: 3,
  first_byte_ms: 4,
  total_ms: 10,
  http_status: 200,
  body_bytes: 12_345,
  authentic: true,
  tls_expires: '2026-03-01T00:00:00Z',
  offset_ms: -1.5,
  stratum: 2,
  hops: 7,
  mtu_bytes: 1500,
  outages: 2,
  outage_s: 12.5,
});

/** The samples of a metric. */
const samples = (text: string, metric: string): readonly string[] =>
  text.split('\n').filter((line) => line.startsWith(`${metric}{`));

test('figures are in base units, and each metric has its help and its type once', () => {
  const text = probeExposition([ALL], false);
  const labels = 'target="https://example.org/a?b",kind="https",host="example.org"';
  expect(samples(text, 'netwatch_probe_success')).toEqual([`netwatch_probe_success{${labels}} 0`]);
  expect(samples(text, 'netwatch_probe_rtt_seconds')).toContain(
    `netwatch_probe_rtt_seconds{${labels},stat="avg"} 0.015`,
  );
  expect(samples(text, 'netwatch_probe_loss_ratio')).toEqual([`netwatch_probe_loss_ratio{${labels}} 0.33333`]);
  expect(samples(text, 'netwatch_probe_clock_offset_seconds')).toEqual([
    `netwatch_probe_clock_offset_seconds{${labels}} -0.0015`,
  ]);
  expect(samples(text, 'netwatch_probe_tls_expiry_timestamp_seconds')).toEqual([
    `netwatch_probe_tls_expiry_timestamp_seconds{${labels}} 1772323200`,
  ]);
  expect(samples(text, 'netwatch_probe_state').map((line) => line.slice(-2))).toEqual([' 0', ' 1', ' 0', ' 0']);
  const types = text.split('\n').filter((line) => line.startsWith('# TYPE'));
  expect(new Set(types).size).toBe(types.length);
  expect(text.endsWith('\n')).toBe(true);
});

test('unknown is absent, not 0', () => {
  const text = probeExposition([roundOf('192.0.2.1', [undefined]), roundOf('192.0.2.2', [null])], false);
  expect(samples(text, 'netwatch_probe_success')).toHaveLength(1);
  expect(samples(text, 'netwatch_probe_loss_ratio')).toHaveLength(1);
  expect(text).not.toMatch(/rtt_seconds|hops|NaN|null/);
});

test('counters are there when there are rounds to count over', () => {
  expect(probeExposition([ALL], false)).not.toContain('_total');
  const text = probeExposition([ALL], true);
  expect(text).toContain('# TYPE netwatch_probe_outages_total counter\n');
  expect(samples(text, 'netwatch_probe_outage_seconds_total')[0]).toMatch(/ 12\.5$/);
});

test('labels cannot be left, and a series is there once', () => {
  const target = 'http://h/"} 1\n\\evil{a="';
  const text = probeExposition(
    [
      { ...ALL, target },
      { ...ALL, target, ok: true },
    ],
    false,
  );
  expect(samples(text, 'netwatch_probe_success')).toEqual([
    'netwatch_probe_success{target="http://h/\\"} 1\\\\n\\\\evil{a=\\"",kind="https",host="example.org"} 1',
  ]);
});

describe.skipIf(toolIsMissing('promtool'))('promtool', () => {
  test.each([
    ['one round', probeExposition([ALL, roundOf('192.0.2.1', [1, 2]), roundOf('192.0.2.2', [null])], false)],
    ['several', probeExposition([ALL], true)],
    ['hostile names', probeExposition([{ ...ALL, target: 'a"\\\n\u202e}' }], false)],
  ])('finds nothing to complain of: %s', (_name, text) => {
    const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect([stdout + stderr, status]).toEqual(['', 0]);
  });
});
