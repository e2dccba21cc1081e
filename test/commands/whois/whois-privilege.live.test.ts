import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { isUnprivileged } from '../../../src/platform/linux/drop-privileges.ts';
import { listenOn, type ProbeServer } from '../../support/probe-server.ts';
import { BIN } from '../../support/program.ts';

const isNotRoot = process.getuid?.() !== 0 || process.platform !== 'linux';
if (isNotRoot) console.warn('skipped: privileges of who reads answers of registries: needs root on Linux');

const servers: ProbeServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const ANSWER = JSON.stringify({ objectClassName: 'ip network', name: 'EXAMPLE', country: 'AU' });

/** The text of status for each thread of a process that waits for an answer, and how it ends once it has that. */
async function whoAsks(env: Record<string, string>, ...words: readonly string[]) {
  let answer = (): void => {};
  const asked = new Promise<void>((resolve) => {
    const server = http.createServer((_request, response) => {
      answer = () => response.writeHead(200, { 'content-type': 'application/rdap+json' }).end(ANSWER);
      resolve();
    });
    void listenOn(server).then((one) => {
      servers.push(one);
      begin(one.port);
    });
  });
  let child: ReturnType<typeof spawn> | null = null;
  let out = '';
  let ended = Promise.resolve<number | null>(null);
  function begin(port: number): void {
    const argv = [BIN, 'whois', '1.1.1.1', '--rdap', `http://127.0.0.1:${port}/`, ...words];
    const started = spawn(process.execPath, argv, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH ?? '', NETWATCH_CONFIG: 'none', ...env },
    });
    child = started;
    started.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    ended = new Promise((resolve) => started.on('close', resolve));
  }
  await asked;
  const tasks = `/proc/${child!.pid}/task`;
  const threads = fs.readdirSync(tasks).map((thread) => fs.readFileSync(path.join(tasks, thread, 'status'), 'utf8'));
  answer();
  return { threads, status: await ended, out };
}

const uidsOf = (status: string): string => /^Uid:\s*(.*)$/m.exec(status)![1]!;

describe.skipIf(isNotRoot)('root asks a registry', { timeout: 60_000 }, () => {
  test.each<[string, Record<string, string>, number]>([
    ['as who called sudo', { SUDO_UID: '1234', SUDO_GID: '1234' }, 1234],
    ['as nobody in a shell of root', {}, 65_534],
  ])('%s, in every thread, and prints the answer', async (_what, env, uid) => {
    for (const format of ['ndjson', 'table', 'tsv']) {
      const { threads, status, out } = await whoAsks(env, '-o', format);
      expect(threads.length).toBeGreaterThan(1);
      for (const thread of threads) {
        expect(isUnprivileged(thread), thread).toBe(true);
        expect(uidsOf(thread)).toBe(Array(4).fill(uid).join('\t'));
      }
      expect([status, out]).toEqual([0, expect.stringContaining('EXAMPLE')]);
    }
  });
});
