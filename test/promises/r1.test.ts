import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { noLiveCapture, until } from '../support/live-scene.ts';
import { countedIn, openNumberedCapture, readNumbered, sensorOf } from '../support/numbered-capture.ts';
import { netwatch } from '../support/program.ts';
import { promised } from './promise.ts';

/** Three of each kind: which process, which format, with -U or without. */
const KILLS = 24;
const AT_ONCE = 4;

promised(
  {
    id: 'R1',
    says: 'After kill -9 the file holds every packet that was reported as captured, and at most the last packet in it is torn; with -U none is. `netwatch capture -r TORN -w WHOLE` gives a whole file.',
    tested: `${KILLS} kills of netwatch or its sensor at random moments of a capture, pcap and pcapng, half of them with -U; each file read back and rewritten.`,
    notPromised: 'That a crash of the machine loses nothing: SIGUSR2 puts on the disk what has been captured so far.',
    skipped: noLiveCapture,
    timeoutMs: 180_000,
  },
  async () => {
    const capture = await openNumberedCapture('nwr1', 210);
    try {
      await capture.scene.run(capture.pair.endless);
      const torn = { batched: 0, buffered: 0 };
      let reported = 0;
      const kill = async (at: number): Promise<void> => {
        const isBuffered = at % 2 === 1;
        const format = at % 4 < 2 ? 'pcap' : 'pcapng';
        const file = capture.fileOf(`kill${at}.${format}`);
        const run = capture.start('-v', ...(isBuffered ? ['-U'] : []), '-w', file);
        await run.capturing;
        await sleep(Math.random() * 1500);
        const sensor = sensorOf(run);
        process.kill(at % 8 < 4 ? sensor : run.pid, 'SIGKILL');
        const { said } = await run.ended;
        await until(() => !fs.existsSync(`/proc/${sensor}`));
        const { numbers, problems, isOrdered } = await readNumbered(file);
        expect(numbers.length).toBeGreaterThanOrEqual(countedIn(said));
        expect(isOrdered).toBe(true);
        expect(problems.length).toBeLessThanOrEqual(isBuffered ? 0 : 1);
        reported += countedIn(said);
        torn[isBuffered ? 'buffered' : 'batched'] += problems.length;
        const whole = capture.fileOf(`whole${at}.${format}`);
        expect((await netwatch('capture', '-r', file, '-w', whole)).status).toBe(0);
        expect(await readNumbered(whole)).toEqual({ numbers, problems: [], isOrdered: true });
      };
      for (let at = 0; at < KILLS; at += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, (_, more) => kill(at + more)));
      }
      return `${KILLS} of ${KILLS} files hold all of the ${reported} packets reported; torn: ${torn.batched} of ${KILLS / 2}, with -U ${torn.buffered} of ${KILLS / 2}; rewritten: none`;
    } finally {
      capture.scene.remove();
    }
  },
);
