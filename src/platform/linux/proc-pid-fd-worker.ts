import { parentPort, workerData } from 'node:worker_threads';
import { openHost } from '../machine/host.ts';
import { realClock } from '../machine/real-clock.ts';
import { scanDescriptors } from './proc-pid-fd.ts';
import { CLOSED, type ScanOrder, WORKING } from './started-scan.ts';

/** Entry of the thread that `startScan` starts: takes its part of the descriptors and answers with what it found. */
const { root, work, phase } = workerData as ScanOrder;
// the main thread may have read everything while this one came up
if (Atomics.exchange(phase, 0, WORKING) !== CLOSED) {
  const scan = scanDescriptors(openHost(root, realClock), work, 'backward');
  const buffers = scan.processes.flatMap(({ fds, inodes }) => [
    fds.buffer as ArrayBuffer,
    inodes.buffer as ArrayBuffer,
  ]);
  parentPort?.postMessage(scan, buffers);
}
