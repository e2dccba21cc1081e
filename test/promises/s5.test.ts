import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Host } from '../../src/core/system/host.ts';
import { openHost } from '../../src/platform/machine/host.ts';
import { realClock } from '../../src/platform/machine/real-clock.ts';
import { BIN, ROOT } from '../support/program.ts';
import { toolIsMissing } from '../support/tool.ts';
import { promised } from './promise.ts';

/** What netwatch starts, on any system, and what it might be thought to start. */
const TOOLS = [
  ...[
    'bpftrace',
    'tcpdump',
    'dumpcap',
    'setpriv',
    'ping',
    'ip',
    'ss',
    'lsof',
    'netstat',
    'ifconfig',
    'ps',
    'arp',
    'ndp',
    'scutil',
    'sysctl',
  ],
  ...[
    'dpkg',
    'dpkg-query',
    'rpm',
    'pacman',
    'apk',
    'sudo',
    'id',
    'uname',
    'sw_vers',
    'sh',
    'gzip',
    'zstd',
    'flock',
    'fuser',
    'node',
    'setcap',
    'getcap',
  ],
];
const CAPTURE = path.join(ROOT, 'test/captures/loopback.pcap');
const RUNS = [
  ...[
    ['conns'],
    ['ifaces'],
    ['ifaces', '--host'],
    ['doctor'],
    ['capture', '-D'],
    ['stats', '-r', CAPTURE],
    ['conns', '--interval', '1', '--duration', '2', '--ebpf'],
  ],
  ...[
    ['probe', 'icmp://127.0.0.1', '-c', '1', '--timeout', '1'],
    ['capture', '--engine', 'tcpdump', '-i', 'lo', '--duration', '1'],
    ['capture', '--engine', 'dumpcap', '-i', 'lo', '--duration', '1'],
  ],
  ...[
    ['probe', '--', '-oProxyCommand=touch marked'],
    ['probe', '$(touch marked)'],
    ['probe', ';touch marked'],
    ['capture', '-i', '$(touch marked)'],
    ['capture', '-i', '-w/tmp/x', '--engine', 'tcpdump'],
  ],
];
const MOST_OUTPUT = 32 * 1024 * 1024;

promised(
  {
    id: 'S5',
    says: 'netwatch looks for other programs where the system keeps them, never on the PATH of the user. It starts them with separate arguments, without a shell and in a clean environment, and limits their output and their time.',
    tested: `Fake programs of ${TOOLS.length} names, first on PATH and in the working folder, while every command runs; words that a shell would run; a program that prints without end, and one whose child keeps its pipe open.`,
    notPromised: 'Whoever may write to /usr/bin or /usr/local/bin decides what runs there.',
    skipped: null,
    timeoutMs: 180_000,
  },
  async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-s5-'));
    try {
      fs.chmodSync(folder, 0o777);
      const mark = path.join(folder, 'marked');
      for (const name of TOOLS)
        fs.writeFileSync(path.join(folder, name), `#!/bin/sh\necho "${name} $*" >> '${mark}'\n`, { mode: 0o755 });
      const host = openHost(null, realClock);
      // it takes its time, while the others run
      const pipeHeld = untilGivenUp(host);
      for (const argv of RUNS) await run(folder, argv);
      expect(fs.existsSync(mark) ? fs.readFileSync(mark, 'utf8') : '').toBe('');

      await expect(host.run('no-such-tool', [])).rejects.toMatchObject({ exit: 69 });
      const before = process.memoryUsage().rss;
      if (!toolIsMissing('yes')) await expect(host.run('yes', ['a'.repeat(1000)])).rejects.toMatchObject({ exit: 69 });
      const grown = Math.max(0, process.memoryUsage().rss - before);
      expect(grown).toBeLessThan(8 * MOST_OUTPUT);
      const waited = await pipeHeld;
      expect(waited).toBeLessThan(30_000);
      return `0 of ${TOOLS.length} fake programs ran in ${RUNS.length} runs; output without end stopped at ${MOST_OUTPUT / 1024 / 1024} MiB; a pipe kept open by a grandchild abandoned after ${(waited / 1000).toFixed(1)} s`;
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  },
);

/** Runs a program whose child holds its pipe; resolves to how many milliseconds it was waited for. */
async function untilGivenUp(host: Host): Promise<number> {
  const started = performance.now();
  await expect(host.run('sh', ['-c', 'sleep 60 & echo done'])).rejects.toMatchObject({ exit: 69 });
  return performance.now() - started;
}

/** To its end, which is asked for when it does not come. */
async function run(folder: string, argv: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [BIN, ...argv], {
    cwd: folder,
    stdio: 'ignore',
    env: { PATH: `${folder}:${process.env.PATH}`, NETWATCH_CONFIG: 'none' },
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  await Promise.race([ended, sleep(20_000, null, { ref: false }).then(() => child.kill('SIGINT'))]);
  await ended;
}
