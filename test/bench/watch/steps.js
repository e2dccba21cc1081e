// What stands on a terminal after random steps is what should stand there.
import { runBundled } from '../bundle.js';

const STEPS = 10_000;

export async function benchSteps(row) {
  const { rows, wrong, first } = await runBundled('watch/compare-rows.ts', [String(STEPS)]);
  const figure = `${wrong} of ${rows} rows`;
  row(
    'wrong rows over 10,000 random steps',
    '0',
    wrong === 0,
    wrong === 0 ? figure : `${figure}; the first: ${JSON.stringify(first)}`,
  );
}
