import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { noLiveCapture, until } from '../support/live-scene.ts';
import { watchStalls } from '../support/machine-stall.ts';
import { type NumberedCapture, openNumberedCapture, readNumbered, sensorOf } from '../support/numbered-capture.ts';
import { promised } from './promise.ts';

const KILLS = 10;
const STOPS = 5;
const LONGEST_MS = 1000;

promised(
  {
    id: 'R10',
    says: 'When the capturing process dies, netwatch says so and ends with 69 within a second. When it is stopped, netwatch says that packets will be missed, and which command continues it. It never looks as if there had been no packets.',
    tested: `${KILLS} SIGKILL and ${STOPS} SIGSTOP to the capturing process, from its first moments on.`,
    notPromised: 'That netwatch counts what a stopped process misses before that process continues.',
    skipped: noLiveCapture,
    timeoutMs: 120_000,
  },
  async () => {
    const capture = await openNumberedCapture('nwr10', 218);
    try {
      await capture.scene.run(capture.pair.endless);
      const beside = await watchStalls();
      const took: number[] = [];
      for (let at = 0; at < KILLS; at += 2) {
        took.push(...(await Promise.all([kill(capture, at), kill(capture, at + 1)])));
      }
      for (let at = 0; at < STOPS; at++) took.push(await stop(capture, at));
      const waited = await beside.end();
      const longest = Math.max(...took);
      expect(longest).toBeLessThan(LONGEST_MS + 4 * waited);
      return `${KILLS} of ${KILLS} deaths and ${STOPS} of ${STOPS} stops reported, the latest after ${longest} ms (beside it a process waited ${waited} ms)`;
    } finally {
      capture.scene.remove();
    }
  },
);

async function kill(capture: NumberedCapture, at: number): Promise<number> {
  const run = capture.start('-w', capture.fileOf(`dead${at}.pcapng`));
  await run.capturing;
  await sleep(100 * at);
  const begun = performance.now();
  process.kill(sensorOf(run), 'SIGKILL');
  const { status, said } = await run.ended;
  const took = Math.round(performance.now() - begun);
  expect([status, said]).toEqual([69, expect.stringContaining('the capturing process was ended by SIGKILL')]);
  expect(said).not.toMatch(/^netwatch: 0 packets captured/m);
  return took;
}

async function stop(capture: NumberedCapture, at: number): Promise<number> {
  const file = capture.fileOf(`stopped${at}.pcap`);
  const run = capture.start('-w', file);
  let said = '';
  run.child.stderr!.on('data', (text: string) => (said += text));
  await run.capturing;
  await sleep(200 * at);
  const begun = performance.now();
  process.kill(sensorOf(run), 'SIGSTOP');
  await until(() => said.includes('the capturing process is stopped'));
  const took = Math.round(performance.now() - begun);
  expect(said).toContain('kill -CONT');
  run.child.kill('SIGINT');
  expect((await run.ended).status).toBe(0);
  expect((await readNumbered(file)).problems).toEqual([]);
  return took;
}
