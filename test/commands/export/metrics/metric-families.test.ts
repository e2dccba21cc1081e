import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  familiesOfSample,
  familiesOfTextfile,
  metricNames,
} from '../../../../src/commands/export/metrics/metric-families.ts';
import { formatFor, METRICS_FORMATS, metricsText } from '../../../../src/commands/export/metrics/metrics-text.ts';
import { familiesText } from '../../../../src/core/output/exposition.ts';
import { HOSTILE, ifaceRow, sampleWith, tunnelSampleOf } from '../../../support/metric-samples.ts';
import { ROOT } from '../../../support/program.ts';
import { toolIsMissing } from '../../../support/tool.ts';

const SERIES = /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+)$/;
const seriesOf = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test.each(METRICS_FORMATS)('every line of %s is a series, whatever names others choose', async (format) => {
  const text = await metricsText(familiesOfSample(sampleWith(HOSTILE)), format);
  const lines = seriesOf(text);
  expect(lines.length).toBeGreaterThan(50);
  for (const line of lines) {
    expect(line).toMatch(SERIES);
    expect(Number(SERIES.exec(line)![3])).not.toBeNaN();
  }
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test('OpenMetrics names a counter without its suffix, and has an end', async () => {
  const text = await metricsText(familiesOfSample(sampleWith('x')), 'openmetrics');
  expect(text).toContain('# TYPE netwatch_capture_dropped_packets counter\nnetwatch_capture_dropped_packets_total 7\n');
  expect(text.endsWith('\n# EOF\n')).toBe(true);
  const plain = await metricsText(familiesOfSample(sampleWith('x')), 'plain');
  expect(plain).toContain(
    '# TYPE netwatch_capture_dropped_packets_total counter\nnetwatch_capture_dropped_packets_total 7\n',
  );
  expect(plain).not.toContain('# EOF');
});

test('the library writes the series that -o prometheus of other commands writes', async () => {
  const families = familiesOfSample(sampleWith('x'));
  expect(seriesOf(await metricsText(families, 'plain'))).toEqual(seriesOf(familiesText(families)));
});

test('netwatch about itself, tunnels, findings and limits', async () => {
  const lines = seriesOf(await metricsText(familiesOfSample(sampleWith('x')), 'plain'));
  for (const line of [
    'netwatch_tunnel_up{device="wg0",kind="wireguard"} 1',
    'netwatch_tunnel_up{device="tun0",kind="tun"} 0',
    'netwatch_tunnel_session_up{device="x",kind="wireguard",peer="x"} 1',
    'netwatch_tunnel_reconnects_total{device="x",kind="wireguard",peer="x"} 2',
    'netwatch_tunnel_last_handshake_timestamp_seconds{device="x",kind="wireguard",peer="x"} 1767323040',
    'netwatch_tunnel_session_start_timestamp_seconds{device="x",kind="wireguard",peer="x"} 1767322800',
    'netwatch_tunnel_receive_bytes_total{device="x",kind="wireguard",peer="x"} 1234',
    'netwatch_mptcp_sessions{paths="2"} 1',
    'netwatch_mptcp_paths{device="wlan0"} 1',
    'netwatch_mptcp_receive_bytes{device="x"} 300',
    'netwatch_mptcp_share_ratio{device="x"} 0.8',
    'netwatch_mptcp_paths_lost_total 3',
    'netwatch_findings{rule="probe_loss",severity="error"} 1',
    'netwatch_limit_info{what="x",why="why x"} 1',
    'netwatch_build_info{version="1.2.3",node="20.0.0"} 1',
    'netwatch_sample_duration_seconds 0.0125',
    'netwatch_last_success_timestamp_seconds 2000',
    'netwatch_sample_failures_total 1',
    'netwatch_left_out{of="interfaces"} 0',
    'process_cpu_seconds_total 1.5',
    'netwatch_pushes_total 5',
    'netwatch_push_failures_total 2',
    'netwatch_push_refused_values_total 1',
    'netwatch_last_push_timestamp_seconds 1999.5',
  ])
    expect(lines).toContain(line);
  const unsent = familiesText(familiesOfSample({ ...sampleWith('x'), push: null }));
  expect(unsent).not.toContain('push');
  expect(lines.filter((line) => line.startsWith('netwatch_tunnel_up'))).toHaveLength(2);
});

test('a thousand interfaces have series, and the others are counted', async () => {
  const interfaces = Array.from({ length: 1500 }, (_, index) => ifaceRow({ name: `veth${index}`, kind: 'veth' }));
  const lines = seriesOf(familiesText(familiesOfSample({ ...sampleWith('x'), interfaces })));
  expect(lines.filter((line) => line.startsWith('node_network_up{'))).toHaveLength(1000);
  expect(lines).toContain('netwatch_left_out{of="interfaces"} 500');
});

test('who opens sessions of MPTCP makes no series', () => {
  const sample = sampleWith('x');
  const [one] = sample.multipath.sessions;
  const sessions = Array.from({ length: 5000 }, (_, at) => ({
    ...one!,
    token: `t${at}`,
    paths: Array.from({ length: at % 9 }, () => one!.paths[at % 2]!),
  }));
  const ofPaths = (of: typeof sample): number =>
    seriesOf(familiesText(familiesOfSample(of))).filter((line) => line.startsWith('netwatch_mptcp_')).length;
  // as many as there are interfaces, and up to five counts of sessions
  expect(ofPaths({ ...sample, multipath: { lost: 0, sessions } })).toBe(5 + 4 * 2 + 1);
});

test('a thousand tunnels have series, and the others are counted', () => {
  const tunnels = Array.from({ length: 1200 }, (_, at) => tunnelSampleOf(`tun${at}`));
  const lines = seriesOf(familiesText(familiesOfSample({ ...sampleWith('x'), tunnels })));
  expect(lines.filter((line) => line.startsWith('netwatch_tunnel_session_up{'))).toHaveLength(1000);
  expect(lines).toContain('netwatch_left_out{of="tunnels"} 200');
});

test('a textfile has nothing that node_exporter has itself', () => {
  const names = familiesOfTextfile(sampleWith('x')).map(({ name }) => name);
  expect(names.filter((name) => !name.startsWith('netwatch_'))).toEqual([]);
  expect(names).toContain('netwatch_tunnel_up');
});

test('what a client would like to have', () => {
  expect(formatFor('application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1')).toBe(
    'openmetrics',
  );
  expect(formatFor('text/plain')).toBe('plain');
  expect(formatFor('')).toBe('plain');
});

test.skipIf(toolIsMissing('promtool'))('promtool has nothing against them', () => {
  const input = familiesText(familiesOfSample(sampleWith(HOSTILE)));
  const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
  expect([status, stdout, stderr]).toEqual([0, '', '']);
});

describe('the dashboard and the alerts', () => {
  const dashboard = JSON.parse(fs.readFileSync(path.join(ROOT, 'grafana-dashboard.json'), 'utf8')) as {
    panels: { title: string; targets: { expr: string }[] }[];
    templating: { list: { query: unknown }[] };
  };
  const alerts = fs.readFileSync(path.join(ROOT, 'prometheus-alerts.yml'), 'utf8');
  const namesIn = (text: string): string[] => [...new Set(text.match(/\b(?:netwatch|node|process)_[a-z0-9_]+/g))];
  const known = metricNames();

  test('name only metrics that there are', () => {
    const asked = [
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      JSON.stringify(dashboard.templating.list),
      ...alerts.split('\n').filter((line) => /^\s+(expr:|rate\(|> )/.test(line)),
    ];
    const names = asked.flatMap(namesIn);
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  test('who is told of a target is told its host, too: two gateways have one name', () => {
    const told = [
      ...JSON.stringify(dashboard).matchAll(/"legendFormat":"([^"]*)"/g),
      ...alerts.matchAll(/(?:summary|description): (.*)/g),
    ]
      .map(([, text]) => text!)
      .filter((text) => /\btarget\b/.test(text));
    expect(told).toHaveLength(5);
    for (const text of told) expect(text).toMatch(/\{\{ ?(\$labels\.)?host ?\}\}/);
  });

  test('a panel has a title and a place of its own', () => {
    const panels = dashboard.panels as unknown as {
      id: number;
      title: string;
      gridPos: { x: number; y: number; w: number };
    }[];
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    for (const { x, w } of panels.map(({ gridPos }) => gridPos)) expect(x + w).toBeLessThanOrEqual(24);
  });

  test.skipIf(toolIsMissing('promtool'))('promtool reads the rules, and every expression of the dashboard', () => {
    const file = path.join(ROOT, 'prometheus-alerts.yml');
    expect(spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
    const rules = dashboard.panels.flatMap(({ targets }) =>
      targets.map(({ expr }) => ({
        record: 'a:b',
        expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'),
      })),
    );
    // JSON is YAML; the labels keep records of one name apart
    const groups = [{ name: 'a', rules: rules.map((rule, index) => ({ ...rule, labels: { panel: `${index}` } })) }];
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-rules-'));
    fs.writeFileSync(path.join(folder, 'rules.yml'), JSON.stringify({ groups }));
    const checked = spawnSync('promtool', ['check', 'rules', path.join(folder, 'rules.yml')], { encoding: 'utf8' });
    fs.rmSync(folder, { recursive: true });
    expect([checked.status, checked.stderr]).toEqual([0, '']);
  });
});
