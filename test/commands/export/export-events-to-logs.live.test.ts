import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../../support/live-scene.ts';
import { type Running, startNetwatch } from '../../support/program.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { startVictoria } from '../../support/victoria.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Log = Readonly<Record<string, string>>;

describe.skipIf(toolIsMissing('victoria-logs'))('export events --to otlp: a real VictoriaLogs', () => {
  test('has every event, with its fields, also those of the time when it was away', async () => {
    const victoria = await startVictoria('victoria-logs');
    closing.push(() => victoria.close());
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'events-'));
    // nobody has to get there
    fs.chmodSync(folder, 0o755);
    closing.push(() => fs.rmSync(folder, { recursive: true, force: true }));
    const spool = path.join(folder, 'spool');
    const listener = net.createServer((socket) => socket.on('error', () => {}));
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => listener.close(resolve)));
    const { port } = listener.address() as net.AddressInfo;
    const run: Running = startNetwatch([
      ...['export', 'events', '--to', `otlp+http://127.0.0.1:${victoria.port}/insert/opentelemetry`],
      ...['--port', `${port}`, '--spool', spool, '--interval', '200ms'],
    ]);
    closing.push(() => run.child.kill('SIGKILL'));
    const connect = async (count: number): Promise<readonly number[]> => {
      const ports: number[] = [];
      for (let i = 0; i < count; i++) {
        const socket = net.connect(port, '127.0.0.1');
        await new Promise((resolve) => socket.once('connect', resolve));
        ports.push(socket.localPort!);
        await sleep(300);
        socket.destroy();
      }
      return ports;
    };
    const logs = async (): Promise<readonly Log[]> =>
      (await victoria.ask('/select/logsql/query', { query: '*', limit: '10000' }))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Log);
    const opened = (all: readonly Log[]): readonly Log[] => all.filter((log) => log['netwatch.event'] === 'opened');
    const seen = (all: readonly Log[]) => new Set(all.map((log) => Number(log['netwatch.local_port'])));

    await until(() => fs.existsSync(path.join(spool, 'sent')));
    await sleep(600);
    const before = await connect(3);
    await until(async () => has(seen(opened(await logs())), before));
    await victoria.stop();
    const meanwhile = await connect(3);
    await victoria.start();
    await until(async () => has(seen(opened(await logs())), [...before, ...meanwhile]));
    run.child.kill('SIGTERM');
    const { status, stderr } = await run.ended;
    expect(status).toBe(143);
    const sent = Number(/([0-9]+) records sent, 0 in the spool/.exec(stderr)?.[1]);
    await until(async () => (await logs()).length >= sent);
    const all = await logs();
    // what was on its way when it stopped may have come twice, under the same id
    expect(new Set(all.map((log) => log['log.record.uid'])).size).toBe(sent);
    const first = opened(all).find((log) => Number(log['netwatch.local_port']) === before[0])!;
    expect(first).toMatchObject({
      'netwatch.proto': 'tcp',
      'netwatch.remote_addr': '127.0.0.1',
      'netwatch.remote_port': `${port}`,
      'netwatch.process': 'node',
      'service.name': 'netwatch',
      severity: 'INFO',
      _msg: expect.stringMatching(
        new RegExp(`^opened tcp 127\\.0\\.0\\.1 ${before[0]} → 127\\.0\\.0\\.1 ${port} node$`),
      ),
    });
    expect(Math.abs(Date.parse(first._time!) - Date.now())).toBeLessThan(120_000);
  }, 120_000);
});

const has = (found: ReadonlySet<number>, wanted: readonly number[]): boolean => wanted.every((one) => found.has(one));
