import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { noLiveCapture } from '../support/live-scene.ts';
import { watchStalls } from '../support/machine-stall.ts';
import { type NumberedCapture, openNumberedCapture, readNumbered, untilCounted } from '../support/numbered-capture.ts';
import { numbered } from '../support/veth-pair.ts';
import { promised } from './promise.ts';

const GONE = 6;
const FLAPS = 10;
const LONGEST_END_MS = 1000;

promised(
  {
    id: 'R8',
    says: 'When an interface disappears, a capture ends within a second, with 69 and a whole file. When an interface goes down and up, the capture continues and netwatch reports the gap; with --reconnect it does the same for an interface that was deleted and created again.',
    tested: `An interface deleted under ${GONE} captures, one set down and up ${FLAPS} times during a capture, one deleted and created again during a capture with --reconnect; numbered packets before and after each.`,
    notPromised: 'Packets that pass while an interface is down or gone.',
    skipped: noLiveCapture,
    timeoutMs: 120_000,
  },
  async () => {
    const capture = await openNumberedCapture('nwr8', 215);
    try {
      const beside = await watchStalls();
      const took: number[] = [];
      for (let at = 0; at < GONE; at++) {
        took.push(await vanish(capture, `gone${at}.pcapng`));
        await capture.pair.make();
      }
      const waited = await beside.end();
      const longest = Math.max(...took);
      expect(longest).toBeLessThan(LONGEST_END_MS + 4 * waited);
      await flap(capture);
      await reconnect(capture);
      return `${GONE} of ${GONE} ends with 69, the longest after ${longest} ms (beside it a process waited ${waited} ms); ${FLAPS} of ${FLAPS} flaps and the reconnection without a packet lost that came while the interface was up`;
    } finally {
      capture.scene.remove();
    }
  },
);

async function vanish({ pair, start, fileOf }: NumberedCapture, name: string): Promise<number> {
  const run = start('-w', fileOf(name));
  await run.capturing;
  pair.send(10, 0);
  await sleep(100);
  const begun = performance.now();
  pair.remove();
  const { status, said } = await run.ended;
  const took = Math.round(performance.now() - begun);
  expect([status, said]).toEqual([69, expect.stringContaining(`interface ${pair.near} is gone`)]);
  expect((await readNumbered(fileOf(name))).numbers).toEqual(numbered(0, 10));
  return took;
}

async function flap({ scene, pair, start, fileOf }: NumberedCapture): Promise<void> {
  const run = start('-w', fileOf('flaps.pcap'));
  await run.capturing;
  pair.send(5, 0);
  for (let at = 1; at <= FLAPS; at++) {
    scene.ip('link', 'set', pair.near, 'down');
    await sleep(100 * (at % 5));
    await pair.up();
    await run.until(({ said }) => flapsIn(said) === at);
    pair.send(5, 5 * at);
  }
  await untilCounted(run, 5 * (FLAPS + 1));
  run.child.kill('SIGINT');
  const { status, said } = await run.ended;
  expect(status).toBe(0);
  expect(flapsIn(said)).toBe(FLAPS);
  expect(await readNumbered(fileOf('flaps.pcap'))).toMatchObject({
    numbers: numbered(0, 5 * (FLAPS + 1)),
    problems: [],
  });
}

/** How often it was said that the interface is back. */
const flapsIn = (said: string): number => said.match(/is up again after|was down for a moment/g)?.length ?? 0;

async function reconnect({ pair, start, fileOf }: NumberedCapture): Promise<void> {
  const run = start('--reconnect', '-w', fileOf('back.pcapng'));
  await run.capturing;
  pair.send(10, 0);
  await sleep(100);
  pair.remove();
  await run.until(({ said }) => said.includes(`${pair.near} is gone`));
  await pair.make();
  await run.until(({ said }) => said.includes('is back after'));
  pair.send(10, 10);
  await untilCounted(run, 20);
  run.child.kill('SIGINT');
  expect((await run.ended).status).toBe(0);
  expect(await readNumbered(fileOf('back.pcapng'))).toMatchObject({ numbers: numbered(0, 20), problems: [] });
}
