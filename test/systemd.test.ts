import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './support/program.ts';
import { runTool, toolIsMissing } from './support/tool.ts';

const CAPTURE = path.join(ROOT, 'netwatch-capture.service');
const METRICS = path.join(ROOT, 'netwatch-metrics.service');
const EVENTS = path.join(ROOT, 'netwatch-events.service');
const UNITS = [CAPTURE, METRICS, EVENTS];
/** In tenths, as systemd-analyze has it: what it calls OK. */
const MOST_EXPOSED = 25;

test.skipIf(toolIsMissing('systemd-analyze')).each(UNITS)('%s is as confined as node can be', (unit) => {
  const { stdout, stderr, status } = runTool('systemd-analyze', [
    ...['security', '--offline=true', `--threshold=${MOST_EXPOSED}`, unit],
  ]);
  expect(stderr).not.toMatch(/Unknown|ignoring/);
  expect([status, stdout]).toEqual([0, expect.stringContaining('Overall exposure level')]);
});

test.skipIf(toolIsMissing('systemd-analyze')).each(UNITS)('systemd has nothing against %s', (unit) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-unit-'));
  const copy = path.join(folder, path.basename(unit));
  // where netwatch is, the reader of the unit says
  fs.writeFileSync(copy, fs.readFileSync(unit, 'utf8').replace('=/usr/local/bin/netwatch ', `=${process.execPath} `));
  const { stderr, status } = runTool('systemd-analyze', ['verify', '--man=no', copy]);
  fs.rmSync(folder, { recursive: true });
  expect([status, stderr]).toEqual([0, '']);
});

test('each unit is in the package', () => {
  const { files } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { files: string[] };
  expect(files).toEqual(expect.arrayContaining(UNITS.map((unit) => path.basename(unit))));
});

test('it grants what capturing needs, and lets V8 write code', () => {
  const unit = fs.readFileSync(CAPTURE, 'utf8');
  expect(unit).toMatch(/^AmbientCapabilities=CAP_NET_RAW$/m);
  expect(unit).toMatch(/^CapabilityBoundingSet=CAP_NET_RAW$/m);
  expect(unit).not.toMatch(/^MemoryDenyWriteExecute=/m);
});

test('that of metrics grants what finding the owners of sockets needs, and listens on the loopback alone', () => {
  const unit = fs.readFileSync(METRICS, 'utf8');
  expect(unit).toMatch(/^ExecStart=\S+ export metrics --listen 127\.0\.0\.1:[0-9]+$/m);
  expect(unit).toMatch(/^AmbientCapabilities=CAP_DAC_READ_SEARCH CAP_SYS_PTRACE$/m);
  expect(unit).toMatch(/^CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_SYS_PTRACE$/m);
  expect(unit).toMatch(/^IPAddressAllow=localhost$/m);
  expect(unit).not.toMatch(/^(MemoryDenyWriteExecute|ProtectProc|ProcSubset|PrivateNetwork|PrivateUsers)=/m);
});

test('that of events grants the same, keeps its spool, and is stopped without having failed', () => {
  const unit = fs.readFileSync(EVENTS, 'utf8');
  expect(unit).toMatch(/^ExecStart=\S+ export events --to otlp\+http:\/\/127\.0\.0\.1:4318$/m);
  expect(unit).toMatch(/^AmbientCapabilities=CAP_DAC_READ_SEARCH CAP_SYS_PTRACE$/m);
  expect(unit).toMatch(/^CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_SYS_PTRACE$/m);
  expect(unit).toMatch(/^StateDirectory=netwatch-events$/m);
  expect(unit).toMatch(/^SuccessExitStatus=143$/m);
  expect(unit).not.toMatch(/^(MemoryDenyWriteExecute|ProtectProc|ProcSubset|PrivateNetwork|PrivateUsers)=/m);
});
