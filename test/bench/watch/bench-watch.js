// npm run bench -- watch: what the screen costs. It runs as it is built, on a pseudo-terminal. Wall times are those of this
// machine with all that runs on it; CPU times are not.
// npm run bench -- watch [--long] [NAME...] runs some parts: start, idle, frame, held, keys, heap, flows, steps;
// --long takes 20 minutes for flows, and longer for idle.
import { benchFlows } from './flows.js';
import { benchFrame } from './frame.js';
import { benchHeap } from './heap.js';
import { benchHeld } from './held.js';
import { benchIdle } from './idle.js';
import { benchKeys } from './keys.js';
import { noNetworks } from './network.js';
import { benchStart } from './start.js';
import { benchSteps } from './steps.js';

/** In the order in which they run; those of `networks` need root and network namespaces. */
const PARTS = {
  start: { run: benchStart, networks: false },
  idle: { run: benchIdle, networks: true },
  frame: { run: benchFrame, networks: false },
  held: { run: benchHeld, networks: true },
  keys: { run: benchKeys, networks: true },
  heap: { run: benchHeap, networks: false },
  flows: { run: benchFlows, networks: true },
  steps: { run: benchSteps, networks: false },
};
const WIDTHS = [42, 14, 5];

export async function benchWatch(words) {
  const isLong = words.includes('--long');
  const names = words.filter((word) => word !== '--long');
  const unknown = names.find((name) => !(name in PARTS));
  if (unknown !== undefined) {
    process.stderr.write(`bench: watch has no part ${unknown}: ${Object.keys(PARTS).join(', ')}\n`);
    process.exitCode = 64;
    return;
  }
  const why = noNetworks();
  print('WATCH', 'GOAL', '', 'MEASURED');
  for (const [name, { run, networks }] of Object.entries(PARTS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    if (networks && why !== null) print(name, '', 'skip', why);
    else await run(row, { isLong, seconds: isLong ? 120 : 30, warmUp: 10 });
  }
}

/** A line of the table. `goal` and `holds` are null for what only stands beside it. */
function row(what, goal, holds, figure) {
  if (holds === false) process.exitCode = 1;
  print(what, goal ?? '', holds === null ? '' : holds ? 'ok' : 'SHORT', figure);
}

const print = (...cells) =>
  process.stdout.write(
    `${cells
      .map((cell, at) => cell.padEnd(WIDTHS[at] ?? 0))
      .join('  ')
      .trimEnd()}\n`,
  );
