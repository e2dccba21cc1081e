import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noNetwork } from '../../platform/linux/live-network.ts';
import { recordsOf } from '../../support/in-process.ts';
import { type LiveScene, openLiveScene, until } from '../../support/live-scene.ts';
import { BIN } from '../../support/program.ts';
import { readmeLine, runLine } from '../../support/readme-line.ts';

/** Connects once and again to itself, and says something each time; each connection lasts for half a second. */
const TALKER = `
  const net = require('node:net');
  net.createServer((socket) => socket.resume()).listen(8080, '127.0.0.1', () => {
    process.stdout.write('listening');
    setInterval(() => {
      const socket = net.connect(8080, '127.0.0.1', () => socket.write('x'.repeat(1000)));
      setTimeout(() => socket.end(), 500);
    }, 250);
  });`;

test('a history comes by stdin and by a pipe with a name, compressed or not', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-history-'));
  try {
    const event = { type: 'conn_event', event: 'opened', process: 'curl', remote_addr: '192.0.2.7' };
    const line = `${JSON.stringify({ ...event, time: '2026-01-01T00:00:00.000Z' })}\n`;
    const packed = path.join(folder, 'packed');
    fs.writeFileSync(packed, gzipSync(line.repeat(3000)));
    const command = (file: string): string => `"${process.execPath}" "${BIN}" export history ${file} --json`;
    for (const script of [
      `${command('-')} < "${packed}"`,
      `cat "${packed}" | ${command('-')}`,
      `gzip -dc < "${packed}" | ${command('-')}`,
      command(`<(gzip -dc < "${packed}")`),
    ]) {
      const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
      expect([script, status, stderr]).toEqual([script, 0, '']);
      expect(recordsOf(stdout)).toMatchObject([{ key: 'curl', opened: 3000 }]);
    }
    const cut = spawnSync('bash', ['-c', `head -c -20 "${packed}" | ${command('-')}`], { encoding: 'utf8' });
    expect([cut.status, cut.stderr]).toEqual([0, 'netwatch: stdin is cut short: what packs it ends early\n']);
    const none = spawnSync('bash', ['-c', `${command('-')} < /dev/null`], { encoding: 'utf8' });
    expect([none.status, none.stderr]).toEqual([
      65,
      expect.stringMatching(/^netwatch: stdin holds no event of a connection\n/),
    ]);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

describe.skipIf(noNetwork !== null)('a history of connections', () => {
  let scene: LiveScene;
  beforeAll(() => {
    scene = openLiveScene('history');
  });
  afterAll(() => scene.remove());

  test('that two runs gather at once, each line whole, and what it comes to', async () => {
    const file = path.join(scene.folder, 'conns.ndjson');
    await scene.run(TALKER);
    const words = readmeLine('a history of connections').replace('conns.ndjson', file).split(' ').slice(1);
    const runs = [0, 1].map(() => scene.start([...words, '--interval', '200ms']));
    const closed = (): number =>
      fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('"event":"closed"').length - 1 : 0;
    await until(() => closed() > 20);
    for (const { child } of runs) child.kill('SIGINT');
    expect((await Promise.all(runs.map(({ ended }) => ended))).map(({ status, out }) => [status, out])).toEqual([
      [130, ''],
      [130, ''],
    ]);
    expect(recordsOf(fs.readFileSync(file, 'utf8')).every(({ type }) => type === 'conn_event')).toBe(true);

    const { status, stdout, stderr } = runLine(scene, `${readmeLine('whom this machine talked to')} --json`);
    expect([status, stderr]).toEqual([0, '']);
    const [row] = recordsOf<{ key: string; closed: number; rx_bytes: number }>(stdout).filter(
      ({ key }) => key === '127.0.0.1',
    );
    // both ends are of this machine: one of two closed connections received what the other sent
    expect(row).toMatchObject({ by: 'remote', processes: 1, remotes: 1 });
    expect(row!.closed).toBe(closed());
    expect(row!.rx_bytes).toBeGreaterThanOrEqual(5000);
  });
});
