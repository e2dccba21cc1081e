// Memory over minutes while 500 flows a second begin and end: eight packets each, captured and dissected.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inFolder, runBundled } from '../bundle.js';
import { BIN } from '../measure.js';
import { openNetwork } from './network.js';
import { cpuOf, familyOf, memoryOf } from './processes.js';
import { openTerminal } from './terminal.js';

const SIZE = [120, 40];
const FLOWS = 500;
const PACKETS_EACH = 8;
/**
 * What is remembered of flows is full after half of this: 100,000 packets, connections for 65 s after their end, 50,000 streams.
 * What V8 takes for it settles later.
 */
const FILLS_S = 420;
/** How much more a minute is flat: RSS of a program that collects garbage is never still. */
const FLAT_MB_A_MINUTE = 1;

export function benchFlows(row, { isLong }) {
  const minutes = isLong ? 20 : 2;
  return inFolder(async (folder) => {
    const file = path.join(folder, 'flows.pcap');
    await runBundled('watch/write-traffic.ts', ['flows', file]);
    const network = await openNetwork();
    try {
      const terminal = await openTerminal(SIZE, network.command([process.execPath, BIN, 'watch', '--tab', 'packets']));
      await terminal.next(({ kind }) => kind === 'o');
      const end = await network.send(file, FLOWS * PACKETS_EACH);
      const pids = () => familyOf(terminal.pid);
      await sleep(FILLS_S * 1000);
      const cpu = cpuOf(pids());
      const samples = [];
      for (let second = 0; second < minutes * 60; second += 5) {
        await sleep(5000);
        samples.push({ minute: second / 60, mb: memoryOf(pids()).rss });
      }
      const percent = (100 * (cpuOf(pids()) - cpu)) / (minutes * 60);
      const { rate } = await end();
      const slope = slopeOf(samples);
      const [first, last] = [samples[0].mb, samples.at(-1).mb];
      const most = Math.max(...samples.map(({ mb }) => mb));
      row(
        `RSS, ${minutes} minutes of 500 new flows/s`,
        'flat',
        slope < FLAT_MB_A_MINUTE,
        `${first.toFixed(0)} MB, then ${last.toFixed(0)}, at most ${most.toFixed(0)}: ${slope.toFixed(2)} MB a minute; by quarters ${quarters(samples)}`,
      );
      row(
        '  what it had to do',
        null,
        null,
        `${percent.toFixed(0)} % of a core, ${Math.round(rate / PACKETS_EACH)} flows/s`,
      );
      await terminal.close();
    } finally {
      await network.close();
    }
  });
}

/** The mean of each quarter of the time. */
function quarters(samples) {
  const part = Math.ceil(samples.length / 4);
  return [0, 1, 2, 3]
    .map((quarter) => samples.slice(quarter * part, (quarter + 1) * part))
    .map((some) => (some.reduce((sum, { mb }) => sum + mb, 0) / some.length).toFixed(0))
    .join(', ');
}

/** Of the line that fits the samples best, in MB a minute. */
function slopeOf(samples) {
  const mean = (of) => samples.reduce((sum, one) => sum + of(one), 0) / samples.length;
  const [minute, mb] = [mean((one) => one.minute), mean((one) => one.mb)];
  const covariance = mean((one) => (one.minute - minute) * (one.mb - mb));
  return covariance / mean((one) => (one.minute - minute) ** 2);
}
