import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noNetwork } from '../../platform/linux/live-network.ts';
import { recordsOf } from '../../support/in-process.ts';
import { type LiveScene, openLiveScene, until } from '../../support/live-scene.ts';
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
