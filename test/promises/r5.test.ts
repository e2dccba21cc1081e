import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { noLiveCapture } from '../support/live-scene.ts';
import { watchStalls } from '../support/machine-stall.ts';
import { countedIn, type NumberedCapture, openNumberedCapture, readNumbered } from '../support/numbered-capture.ts';
import { BIN, isHeldUp, startNetwatch } from '../support/program.ts';
import { promised } from './promise.ts';

const RUNS = 8;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const LONGEST_END_MS = 1000;

promised(
  {
    id: 'R5',
    says: 'SIGINT, SIGTERM and SIGHUP finish a capture within a second: the file is whole, it holds as many packets as netwatch says, and the status is 0. A second signal ends it at once. Other commands finish their output and end with 130, 143 or 129.',
    tested: `${RUNS} captures for each signal, ended at random moments; a second SIGINT where nobody reads the output; conns --interval for each signal.`,
    notPromised: 'An end within a second on a machine that gives netwatch no time to run.',
    skipped: noLiveCapture,
    timeoutMs: 120_000,
  },
  async () => {
    const capture = await openNumberedCapture('nwr5', 213);
    try {
      await capture.scene.run(capture.pair.endless);
      const beside = await watchStalls();
      const took: number[] = [];
      for (const signal of SIGNALS) {
        for (let at = 0; at < RUNS; at += 2) {
          took.push(
            ...(await Promise.all([
              end(capture, signal, `${signal}${at}`),
              end(capture, signal, `${signal}${at + 1}`),
            ])),
          );
        }
      }
      const longest = Math.max(...took);
      const waited = await beside.end();
      expect(longest).toBeLessThan(LONGEST_END_MS + 4 * waited);
      expect(await endTwice(capture)).toBe(130);
      expect(await Promise.all(SIGNALS.map(endListing))).toEqual([130, 143, 129]);
      return `${took.length} of ${took.length} files whole, the longest end ${longest} ms (beside it a process waited ${waited} ms)`;
    } finally {
      capture.scene.remove();
    }
  },
);

/** Ends a capture at a random moment; resolves to how many milliseconds that took. */
async function end(capture: NumberedCapture, signal: NodeJS.Signals, name: string): Promise<number> {
  const file = capture.fileOf(`${name}.pcapng`);
  const run = capture.start('-w', file);
  await run.capturing;
  await sleep(Math.random() * 800);
  const start = performance.now();
  run.child.kill(signal);
  const { status, said } = await run.ended;
  const took = Math.round(performance.now() - start);
  const { numbers, problems, isOrdered } = await readNumbered(file);
  expect([status, problems, isOrdered, countedIn(said)]).toEqual([0, [], true, numbers.length]);
  return took;
}

/** Nobody reads what it prints, so that the first signal has to wait. */
async function endTwice({ scene }: NumberedCapture): Promise<unknown> {
  const argv = ['netns', 'exec', scene.name, process.execPath, BIN, 'capture', '-i', 'nwr5', '--json'];
  const child = spawn('ip', argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await isHeldUp(child.pid!);
  child.kill('SIGINT');
  await sleep(500);
  expect(child.exitCode).toBe(null);
  child.kill('SIGINT');
  return ended;
}

async function endListing(signal: NodeJS.Signals): Promise<number | null> {
  const run = startNetwatch(['conns', '--interval', '1', '--json']);
  await run.until('\n');
  run.child.kill(signal);
  return (await run.ended).status;
}
