import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { noLiveCapture } from '../support/live-scene.ts';
import { openNumberedCapture, readNumbered, sensorOf } from '../support/numbered-capture.ts';
import { promised } from './promise.ts';

const SIGNALS = 200;

promised(
  {
    id: 'R6',
    says: 'SIGUSR1 makes netwatch say how many packets it has captured, SIGUSR2 puts them on the disk. Neither ends it, and SIGUSR1 never opens the inspector of node once netwatch has begun.',
    tested: `${SIGNALS} SIGUSR1, a millisecond apart, to netwatch and to the capturing process, from the moment packets come, while the test looks for listening ports; SIGUSR2, then kill -9.`,
    notPromised:
      'The first moments of node itself, about 40 ms before a line of netwatch runs: a SIGUSR1 of the same user then opens the inspector of Node 20 on 127.0.0.1:9229. Processes that netwatch starts have no such moments.',
    skipped: noLiveCapture,
    timeoutMs: 60_000,
  },
  async () => {
    const capture = await openNumberedCapture('nwr6', 217);
    try {
      await capture.scene.run(capture.pair.endless);
      const file = capture.fileOf('asked.pcapng');
      const run = capture.start('-w', file);
      await run.capturing;
      const sensor = sensorOf(run);
      let listening = '';
      for (let at = 0; at < SIGNALS; at++) {
        process.kill(run.pid, 'SIGUSR1');
        process.kill(sensor, 'SIGUSR1');
        await sleep(1);
        if (at % 10 === 0) {
          listening += execFileSync('ip', ['netns', 'exec', capture.scene.name, 'ss', '-tlnH'], { encoding: 'utf8' });
        }
      }
      expect(listening).toBe('');
      run.child.kill('SIGUSR2');
      let told = '';
      run.child.stderr!.on('data', (text: string) => (told += text));
      for (let left = 500; !told.includes('on the disk') && left > 0; left--) await sleep(20);
      process.kill(sensor, 'SIGKILL');
      const { status, said } = await run.ended;
      const synced = Number(/(\d+) packets on the disk/.exec(said)![1]);
      const asked = said.match(/^netwatch: \d+ packets? captured/gm)!.length;
      const { numbers } = await readNumbered(file);
      expect(status).toBe(69);
      expect(synced).toBeGreaterThan(0);
      expect(numbers.length).toBeGreaterThanOrEqual(synced);
      expect(asked).toBeGreaterThan(1);
      return `${2 * SIGNALS} signals, no port opened; ${asked} answers; ${synced} packets said to be on the disk, ${numbers.length} in the file after kill -9`;
    } finally {
      capture.scene.remove();
    }
  },
);
