import { Worker } from 'node:worker_threads';
import type { Finding } from './finding.ts';
import { type Lost, type Message, type Order, PLACE, type Tally } from './messages.ts';

export interface Limits {
  readonly seconds: number;
  /** CPU time after which an input that has not ended never will. */
  readonly endlessMs: number;
}

export type Run = Pick<Order, 'seed' | 'target' | 'slowMs'>;

/** Looks of the watchdog at a thread that neither works nor ends, after which it is given up: those of a stopped machine do not count. */
const IDLE_LOOKS = 480;
const LOOK_MS = 250;
/** A process that holds more has been made to. */
const MOST_MEMORY = 3 * 1024 ** 3;

/**
 * Runs the thread that fuzzes, and begins another where one was lost: by an endless loop, by memory, by an end of its own.
 * Resolves to the tallies of all of them.
 */
export async function supervise(
  file: URL,
  run: Run,
  { seconds, endlessMs }: Limits,
  found: (finding: Finding) => void,
  say: (line: string) => void,
): Promise<readonly Tally[]> {
  const totals = new Map<string, Tally>();
  let end = Number.POSITIVE_INFINITY;
  let after: Lost | null = null;
  do {
    const place = new SharedArrayBuffer(4 * 8);
    const words = new Int32Array(place);
    // it tells of what the last one was lost at, and ends: it might be lost again, and again
    if (performance.now() > end) Atomics.store(words, PLACE.stop, 1);
    const order: Order = { ...run, place, after };
    const worker = new Worker(file, { workerData: order });
    let last: readonly Tally[] = [];
    const tell = (message: Message): void => {
      if (message.type === 'tally') last = message.tallies;
      else if (message.type === 'finding') found(message.finding);
      else {
        if (end === Number.POSITIVE_INFINITY) say(message.about);
        end = Math.min(end, performance.now() + 1000 * seconds);
      }
    };
    worker.on('message', tell);
    const problem = await watched(worker, words, endlessMs, () => performance.now() > end);
    for (const tally of last) totals.set(tally.name, added(totals.get(tally.name), tally));
    if (problem !== null && Atomics.load(words, PLACE.beats) === 0) throw new Error(problem);
    const at = (word: number): number => Atomics.load(words, word);
    after =
      problem === null ? null : { round: at(PLACE.round), target: at(PLACE.target), index: at(PLACE.index), problem };
  } while (after !== null);
  return [...totals.values()];
}

/** Why the thread was lost; null when it ended because it was told to. */
function watched(worker: Worker, words: Int32Array, endlessMs: number, isOver: () => boolean): Promise<string | null> {
  return new Promise((resolve) => {
    let beats = 0;
    let looks = 0;
    let cpu = process.cpuUsage();
    const give = (problem: string | null): void => {
      clearInterval(timer);
      resolve(problem);
      void worker.terminate();
    };
    const timer = setInterval(() => {
      if (isOver()) Atomics.store(words, PLACE.stop, 1);
      const now = Atomics.load(words, PLACE.beats);
      if (now !== beats || now === 0) {
        beats = now;
        looks = 0;
        cpu = process.cpuUsage();
        return;
      }
      looks++;
      const { user, system } = process.cpuUsage(cpu);
      const spent = (user + system) / 1000;
      if (spent > endlessMs) give(`did not end within ${Math.round(spent)} ms of CPU time`);
      else if (looks > IDLE_LOOKS) give('neither worked nor ended');
      else if (process.memoryUsage.rss() > MOST_MEMORY) give('took more than 3 GiB of memory');
    }, LOOK_MS);
    worker.on('error', (error) => give(`ended the thread: ${error.stack ?? String(error)}`));
    worker.on('exit', () => give(Atomics.load(words, PLACE.stop) === 1 ? null : 'the thread ended by itself'));
  });
}

function added(one: Tally | undefined, other: Tally): Tally {
  if (one === undefined) return other;
  return {
    name: one.name,
    inputs: one.inputs + other.inputs,
    packets: one.packets + other.packets,
    findings: one.findings + other.findings,
    millis: one.millis + other.millis,
  };
}
