import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { expect } from 'vitest';
import { SCALE } from '../support/attack.ts';
import { measured } from '../support/measured.ts';
import { BIN, ROOT } from '../support/program.ts';
import { runTool, toolIsMissing } from '../support/tool.ts';
import { promised } from './promise.ts';

const PROCESSES = 4 * SCALE;
const PAIRS = 2500;
const SOCKETS = 2 * PROCESSES * PAIRS;
const MOST_RSS = 250 * 1024 * 1024;
const TRIES = 2;
/** Of the CPU time of ss, with a wide margin for a busy machine. */
const MOST_RATIO = 5;

promised(
  {
    id: 'E2',
    says: 'conns lists a hundred thousand sockets with their processes within seconds, in 250 MB of memory; its CPU time is of the same order as that of ss.',
    tested: `${SOCKETS.toLocaleString('en')} sockets of ${PROCESSES} processes on loopback: the CPU time of conns compared with that of ss -tunapOi, the best of ${TRIES} runs; npm run bench does it with more sockets.`,
    notPromised:
      'Without root, the sockets of other users have no process. To be quick, this test opens fewer sockets than promised: NETWATCH_PROMISE_SCALE=5 opens all.',
    skipped: toolIsMissing('ss') ? 'ss is not installed' : null,
    timeoutMs: 240_000,
  },
  async () => {
    const script = path.join(ROOT, 'test/bench/loopback-sockets.js');
    const children = Array.from({ length: PROCESSES }, () =>
      spawn(process.execPath, [script, String(PAIRS)], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    try {
      await Promise.all(children.map(ready));
      const ran = await measured(['conns', '--tcp', '--tsv', '--no-header', '--fields', 'local_port,pid']);
      const rows = ran.stdout.trimEnd().split('\n');
      const owned = rows.filter((row) => children.some(({ pid }) => row.endsWith(`\t${pid}`))).length;
      expect(ran.status).toBe(0);
      expect(owned).toBeGreaterThanOrEqual(SOCKETS);
      expect(ran.rssBytes).toBeLessThan(MOST_RSS);
      const ours = best([process.execPath, BIN, 'conns', '--tcp', '--json']);
      const theirs = best(['ss', '-tunapOi']);
      expect(ours / theirs).toBeLessThan(MOST_RATIO);
      return `${owned.toLocaleString('en')} sockets with their processes: ${ours.toFixed(2)} s of CPU, compared with ${theirs.toFixed(2)} s of ss -tunapOi, ${(ran.rssBytes / 1e6).toFixed(0)} MB`;
    } finally {
      for (const child of children) child.stdin!.end();
    }
  },
);

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout!.once('data', () => resolve());
    child.once('close', () => reject(new Error('sockets could not be opened')));
  });
}

/** Seconds of CPU, the least of some runs. */
function best(argv: readonly string[]): number {
  const line = `"$@" > /dev/null; times`;
  const seconds = Array.from({ length: TRIES }, () => {
    const { stdout } = runTool('sh', ['-c', line, 'sh', ...argv], { NETWATCH_CONFIG: 'none' });
    const [user, system] = stdout.trim().split('\n').at(-1)!.split(' ').map(secondsOf);
    return user! + system!;
  });
  return Math.min(...seconds);
}

/** `0m1.250000s`, as times(1) of the shell prints it. */
function secondsOf(text: string): number {
  const [, minutes, seconds] = /^(\d+)m([\d.]+)s$/.exec(text)!;
  return 60 * Number(minutes) + Number(seconds);
}
