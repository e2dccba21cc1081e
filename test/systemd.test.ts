import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './support/program.ts';
import { runTool, toolIsMissing } from './support/tool.ts';

const UNIT = path.join(ROOT, 'netwatch-capture.service');
/** In tenths, as systemd-analyze has it: what it calls OK. */
const MOST_EXPOSED = 25;

test.skipIf(toolIsMissing('systemd-analyze'))('the example of a service is as confined as node can be', () => {
  const { stdout, stderr, status } = runTool('systemd-analyze', [
    ...['security', '--offline=true', `--threshold=${MOST_EXPOSED}`, UNIT],
  ]);
  expect(stderr).not.toMatch(/Unknown|ignoring/);
  expect([status, stdout]).toEqual([0, expect.stringContaining('Overall exposure level')]);
});

test('it grants what capturing needs, and lets V8 write code', () => {
  const unit = fs.readFileSync(UNIT, 'utf8');
  expect(unit).toMatch(/^AmbientCapabilities=CAP_NET_RAW$/m);
  expect(unit).toMatch(/^CapabilityBoundingSet=CAP_NET_RAW$/m);
  expect(unit).not.toMatch(/^MemoryDenyWriteExecute=/m);
});
