import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openMarkdownFile, openPlugin, openProbeMetrics } from '../../../src/commands/probe/probe-output.ts';
import { probeExposition } from '../../../src/core/health/reports/probe-metrics.ts';
import { plainNumerals } from '../../../src/core/output/units.ts';
import { hop } from '../../../src/core/record/tables/hop.ts';
import { probe } from '../../../src/core/record/tables/probe.ts';
import { openMemorySink } from '../../support/memory-sink.ts';
import { roundOf } from '../../support/probe-rows.ts';

const UP = roundOf('192.0.2.1', [10, 20]);
const DOWN = roundOf('192.0.2.2', [null]);
const UNKNOWN = roundOf('192.0.2.3', [undefined]);
const now = (): number => 0;

test('metrics are printed at the end, of all rounds and of no hops', async () => {
  const sink = openMemorySink();
  const renderer = openProbeMetrics(sink);
  expect([renderer.mixesTypes, renderer.ownsTerminal]).toEqual([false, false]);
  for (const row of [UP, DOWN]) {
    await renderer.write({ table: probe, fields: [], rows: [row] });
    await renderer.write({ table: hop, fields: [], rows: [{ hop: 1 }] });
    await renderer.endSnapshot();
  }
  expect(sink.text()).toBe('');
  await renderer.end();
  expect(sink.text()).toBe(probeExposition([UP, DOWN], false));
});

test.each([
  [[UP], null, null, 0],
  [[DOWN], null, null, 2],
  [[UP, DOWN], null, null, 2],
  [[UNKNOWN], null, null, 3],
  [[UP], 'rtt_avg_ms > 14', null, 1],
  [[UP], 'rtt_avg_ms > 15', null, 0],
  [[UP], null, 'rtt_avg_ms > 14', 2],
  [[UP], 'rtt_avg_ms > 14', 'rtt_avg_ms > 14', 2],
])('the status of a plugin', async (rows, warn, crit, status) => {
  const sink = openMemorySink();
  const renderer = openPlugin(sink, { warn, crit }, now);
  expect(renderer.status!()).toBe(3);
  await renderer.write({ table: probe, fields: [], rows });
  await renderer.end();
  expect(renderer.status!()).toBe(status);
  expect(sink.text()).toMatch(new RegExp(`\\b${['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'][status]}\\b`));
});

test('a wrong threshold is refused when it is opened', () => {
  for (const thresholds of [
    { warn: 'nothing > 1', crit: null },
    { warn: null, crit: 'nothing > 1' },
  ])
    expect(() => openPlugin(openMemorySink(), thresholds, now)).toThrow(expect.objectContaining({ exit: 64 }));
});

test('a file of Markdown that cannot be written is refused when it is opened', () => {
  const file = path.join(os.tmpdir(), 'netwatch-none', 'report.md');
  expect(() => openMarkdownFile(file, true, plainNumerals, null)).toThrow(expect.objectContaining({ exit: 73 }));
});

test('a table as Markdown replaces its file at the end, for its owner alone', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-markdown-'));
  const file = path.join(folder, 'a.md');
  try {
    fs.writeFileSync(file, 'old');
    for (const [header, text] of [
      [true, '| TARGET | STATE |\n| --- | --- |\n| 192.0.2.1 | up |\n| 192.0.2.2 | down |\n'],
      [false, '| 192.0.2.1 | up |\n| 192.0.2.2 | down |\n'],
    ] as const) {
      const renderer = openMarkdownFile(file, header, plainNumerals, null);
      const before = fs.readFileSync(file, 'utf8');
      for (const row of [UP, DOWN]) await renderer.write({ table: probe, fields: ['target', 'state'], rows: [row] });
      expect(fs.readFileSync(file, 'utf8')).toBe(before);
      await renderer.end();
      expect(fs.readFileSync(file, 'utf8')).toBe(text);
    }
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
