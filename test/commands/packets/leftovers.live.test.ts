import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../support/live-scene.ts';
import { netwatch, ROOT, startNetwatch } from '../../support/program.ts';

const CAPTURE = path.join(ROOT, 'test/captures/loopback.pcap');

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-killed-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

test.each<[string, (source: string) => readonly string[]]>([
  ['x.html', (source) => ['stats', '-r', source, '-o', 'html', '--out']],
  ['x.csv', (source) => ['export', 'packets', '-r', source, '--force', '-w']],
  ['x.txt', (source) => ['follow', '-r', source, '--stream', '0', '--force', '-w']],
])('what kill -9 leaves beside %s is removed when the file is written next', async (name, argvOf) => {
  const file = path.join(folder, name);
  // it waits for a capture that does not come
  const run = startNetwatch([...argvOf('-'), file], { stdin: 'pipe' });
  await until(() => fs.readdirSync(folder).length > 0);
  run.child.kill('SIGKILL');
  await run.ended;
  expect(fs.readdirSync(folder)).toEqual([`.${name}.${run.child.pid}`]);
  const { status } = await netwatch(...argvOf(CAPTURE), file);
  expect([status, fs.readdirSync(folder)]).toEqual([0, [name]]);
});
