import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './support/program.ts';
import { runTool, toolIsMissing } from './support/tool.ts';

const CAPTURE = path.join(ROOT, 'netwatch-capture.service');
const METRICS = path.join(ROOT, 'netwatch-metrics.service');
/** In tenths, as systemd-analyze has it: what it calls OK. */
const MOST_EXPOSED = 25;

test.skipIf(toolIsMissing('systemd-analyze')).each([CAPTURE, METRICS])('%s is as confined as node can be', (unit) => {
  const { stdout, stderr, status } = runTool('systemd-analyze', [
    ...['security', '--offline=true', `--threshold=${MOST_EXPOSED}`, unit],
  ]);
  expect(stderr).not.toMatch(/Unknown|ignoring/);
  expect([status, stdout]).toEqual([0, expect.stringContaining('Overall exposure level')]);
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
