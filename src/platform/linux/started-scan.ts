import fs from 'node:fs';
import os from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Host } from '../../core/system/host.ts';
import {
  claimAll,
  type DescriptorScan,
  listProcesses,
  type SharedWork,
  scanAlone,
  scanDescriptors,
} from './proc-pid-fd.ts';

/**
 * A worker thread takes 35 ms of a core to come up and to go. With 18,000 sockets a run ends 25 ms sooner with one, and takes a tenth
 * more of the processor's time.
 */
const MIN_SOCKETS_FOR_WORKER = 50_000;

/** Built beside this file; absent where the sources run as they are. */
const WORKER_FILE = new URL('./proc-pid-fd-worker.js', import.meta.url);

/** What the worker is started with. */
export interface ScanOrder {
  readonly root: string | null;
  readonly work: SharedWork;
  /** One word that both threads see: what the worker does. */
  readonly phase: Int32Array;
}
export const WORKING = 1;
export const CLOSED = 2;

/** A scan of every process's descriptors that has begun. */
export interface StartedScan {
  /** Whether a worker is at it already, so that a socket of the listing may be younger than what was read of its owner. */
  readonly isEarly: boolean;
  /** Helps to finish it. */
  finish(): Promise<DescriptorScan>;
  /**
   * Ends it, if nobody did. To be called before the process exits: node ends its threads then, and one that is in koffi
   * takes the whole process with it (abort).
   */
  abandon(): Promise<void>;
}

/**
 * Begins to read every process's descriptors. Where there are many sockets and another core, a worker thread begins at
 * once, while the caller lists the sockets; otherwise all is done in `finish`.
 */
export function startScan(host: Host): StartedScan {
  const pids = listProcesses(host);
  const claimed = new Int32Array(new SharedArrayBuffer(4 * pids.length));
  const work: SharedWork = { pids, claimed };
  const finishWorker = isWorthWorker(host) ? startWorker(host.root, work) : null;
  return {
    isEarly: finishWorker !== null,
    async finish() {
      if (finishWorker === null) return scanAlone(host, pids);
      const own = scanDescriptors(host, work, 'forward');
      const other = await finishWorker();
      if (other === null) return own;
      return {
        processes: [...own.processes, ...other.processes],
        unreadable: [...new Set([...own.unreadable, ...other.unreadable])],
        without: [...new Set([...own.without, ...other.without])],
      };
    },
    async abandon() {
      claimAll(work);
      await finishWorker?.();
    },
  };
}

/** Whether there are so many sockets that a worker thread pays, and a core for it. */
export function isWorthWorker(host: Host): boolean {
  if (os.availableParallelism() === 1) return false;
  const sockets = /^sockets: used (\d+)/.exec(host.readIfAny('/proc/net/sockstat') ?? '')?.[1];
  return Number(sockets ?? 0) >= MIN_SOCKETS_FOR_WORKER && fs.existsSync(WORKER_FILE);
}

/** The answer of the worker, once there is nothing left to read; null when it had no part, or came to harm. */
function startWorker(root: string | null, work: SharedWork): () => Promise<DescriptorScan | null> {
  const phase = new Int32Array(new SharedArrayBuffer(4));
  const order: ScanOrder = { root, work, phase };
  const worker = new Worker(WORKER_FILE, { workerData: order, execArgv: [], stdin: false });
  const answer = new Promise<DescriptorScan | null>((resolve) => {
    worker.once('message', (scan) => {
      // its going takes 8 ms, which nobody need wait for
      worker.unref();
      resolve(scan);
    });
    worker.once('error', () => resolve(null));
    worker.once('exit', () => resolve(null));
  });
  worker.unref();
  return () => {
    if (Atomics.exchange(phase, 0, CLOSED) !== WORKING) return Promise.resolve(null);
    worker.ref();
    return answer;
  };
}
