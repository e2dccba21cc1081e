import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readArguments } from '../../../../src/commands/arguments/arguments.ts';
import { exportMetrics } from '../../../../src/commands/export/export-metrics.ts';
import { metricsRequestOf } from '../../../../src/commands/export/metrics/metrics-request.ts';
import { ROOT } from '../../../support/program.ts';
import { toolIsMissing } from '../../../support/tool.ts';

const README = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8');
const LINES = [...README.matchAll(/^(?:sudo )?netwatch export metrics ?([^#|\n]*)/gm)].map(([, words]) =>
  words!.trim(),
);
const EXAMPLES = exportMetrics.examples.map(({ line }) =>
  line.replace(/^.*export metrics ?/, '').replace(/ ?\|.*/, ''),
);

test('every line of README and of help is understood', () => {
  expect(LINES).toHaveLength(6);
  for (const line of [...LINES, ...EXAMPLES]) {
    const { values, operands } = readArguments(exportMetrics, true, line === '' ? [] : line.split(/ +/), null);
    expect(operands).toEqual([]);
    expect(metricsRequestOf(values as never).quiet).toBe(false);
  }
});

test.skipIf(toolIsMissing('promtool'))('the configuration in README is one of Prometheus, with our alerts', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-readme-'));
  const [, yaml] = /```yaml\n([^`]*)```/.exec(README)!;
  fs.writeFileSync(path.join(folder, 'prometheus.yml'), yaml!);
  fs.copyFileSync(path.join(ROOT, 'prometheus-alerts.yml'), path.join(folder, 'prometheus-alerts.yml'));
  const checked = spawnSync('promtool', ['check', 'config', path.join(folder, 'prometheus.yml')], { encoding: 'utf8' });
  fs.rmSync(folder, { recursive: true });
  expect([checked.status, checked.stderr]).toEqual([0, '']);
  expect(checked.stdout).toContain('1 rule files found');
});
