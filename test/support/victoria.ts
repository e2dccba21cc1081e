import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fetchText } from './fetch-text.ts';
import { freePort } from './free-port.ts';

/** A real receiver of OTLP: VictoriaMetrics for metrics, VictoriaLogs for logs, on a port of the loopback that it keeps. */
export interface Victoria {
  readonly port: number;
  start(): Promise<void>;
  /** SIGTERM: what it took is on the disk then. */
  stop(): Promise<void>;
  /** What it answers to a question. */
  ask(path: string, fields: Readonly<Record<string, string>>): Promise<string>;
  close(): Promise<void>;
}

/** `netns` is the network namespace that it lives in; null for that of the test. */
export async function startVictoria(
  program: 'victoria-metrics' | 'victoria-logs',
  netns: string | null = null,
): Promise<Victoria> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `${program}-`));
  const port = await freePort();
  const enter = netns === null ? [] : ['ip', 'netns', 'exec', netns];
  let child: ChildProcess | null = null;
  const ask = (at: string, fields: Readonly<Record<string, string>>): Promise<string> =>
    fetchText(netns, `http://127.0.0.1:${port}${at}?${new URLSearchParams(fields)}`);
  const victoria: Victoria = {
    ...{ port, ask },
    async start() {
      const options = [`-storageDataPath=${folder}`, `-httpListenAddr=127.0.0.1:${port}`, '-loggerLevel=ERROR'];
      // what has arrived is found at once
      if (program === 'victoria-metrics') options.push('-search.latencyOffset=0s');
      const [first, ...rest] = [...enter, program, ...options];
      child = spawn(first!, rest, { stdio: 'ignore' });
      for (;;) {
        if (child.exitCode !== null) throw new Error(`${program} has ended`);
        if ((await ask('/health', {}).catch(() => '')) === 'OK') return;
        await sleep(50);
      }
    },
    async stop() {
      const gone = new Promise((resolve) => child?.once('exit', resolve));
      child?.kill('SIGTERM');
      await gone;
      child = null;
    },
    async close() {
      if (child !== null) await victoria.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
  await victoria.start();
  return victoria;
}
