// The heap after garbage was collected, over 10,000 frames of random steps.
import { runBundled } from '../bundle.js';

const FRAMES = 10_000;
/** So many fill what is kept of the past (past.ts). */
const WARM = 30_000;
/** Which tab is shown, and so what is kept for it, differs by more than that from sample to sample. */
const FLAT_MB = 2;

export async function benchHeap(row) {
  const heaps = await runBundled('watch/heap-growth.ts', [String(WARM), String(FRAMES)], ['--expose-gc']);
  const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length;
  const more = mean(heaps.slice(-3)) - mean(heaps.slice(0, 3));
  row(
    'heap after gc over 10,000 frames',
    'flat',
    more < FLAT_MB,
    `${more.toFixed(2)} MB more at the end: ${heaps.map((heap) => heap.toFixed(1)).join(' ')}`,
  );
}
