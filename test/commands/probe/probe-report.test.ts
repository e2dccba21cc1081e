import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { netwatch } from '../../support/in-process.ts';
import { roundOf } from '../../support/probe-rows.ts';

test('a page about one gateway has no outage of the other', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-report-'));
  const file = path.join(folder, 'probe.ndjson');
  const rounds = [roundOf('gateway', [1], { host: '192.0.2.1' }), roundOf('gateway', [null], { host: 'fd00::1' })];
  fs.writeFileSync(file, rounds.map((row) => `${JSON.stringify({ type: 'probe', ...row })}\n`).join(''));
  const { status, out } = await netwatch('probe', '--report', file, '-f', 'host == "192.0.2.1"', '-o', 'html');
  fs.rmSync(folder, { recursive: true });
  expect(status).toBe(0);
  expect(out).toContain('192.0.2.1');
  expect(out).not.toContain('fd00::1');
  expect(out).not.toContain(' other target');
});
