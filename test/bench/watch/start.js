// The first screen: how long after the start the lines of the screen stand on the terminal, and how long until what stands in
// them is this machine.
import { BIN } from '../measure.js';
import { openTerminal } from './terminal.js';

const SIZE = [120, 40];
const RUNS = 5;
const GOAL_MS = 600;
/** The end of a frame: DEC 2026. */
const FRAME = '\x1b[?2026l';
/** A frame that clears the screen comes first. */
const WHOLE = '\x1b[2J';

export async function benchStart(row) {
  const netwatch = [];
  const node = [];
  for (let run = 0; run < RUNS; run++) {
    netwatch.push(await startOnce());
    node.push(await nodeOnce());
  }
  const of = (list, name) => {
    const sorted = list.map((one) => one[name]).sort((a, b) => a - b);
    return { median: sorted[sorted.length >> 1], least: sorted[0] };
  };
  const ms = ({ median, least }) => `${median.toFixed(0)} (${least.toFixed(0)}) ms`;
  const beside = `beside node -e 0: ${ms(of(node, 'ms'))}, CPU ${ms(of(node, 'cpuMs'))}`;
  const first = of(netwatch, 'ms');
  row('first screen, median (least) of 5', `within ${GOAL_MS} ms`, first.least <= GOAL_MS, ms(first));
  row(
    '  its CPU time',
    `within ${GOAL_MS} ms`,
    of(netwatch, 'cpuMs').median <= GOAL_MS,
    `${ms(of(netwatch, 'cpuMs'))}; ${beside}`,
  );
  row(
    'first screen of this machine',
    null,
    null,
    `${ms(of(netwatch, 'seenMs'))}, CPU ${ms(of(netwatch, 'seenCpuMs'))}`,
  );
}

/** When the first frame was written, and the first that shows an interface; and the CPU time until then. */
async function startOnce() {
  let out = '';
  let first = null;
  let seen = null;
  const terminal = await openTerminal(SIZE, [process.execPath, BIN, 'watch'], {
    heard(frame) {
      if (frame.kind !== 'o') return;
      out += frame.text;
      if (first === null && out.includes(WHOLE) && out.includes(FRAME)) first = frame;
      if (seen === null && out.includes('127.0.0.1/8')) seen = frame;
    },
  });
  while (seen === null) if ((await terminal.next(({ kind }) => kind === 'o')) === null) break;
  await terminal.close();
  const since = (frame) => frame.ms - terminal.startedMs;
  return { ms: since(first), cpuMs: first.cpuMs, seenMs: since(seen), seenCpuMs: seen.cpuMs };
}

/** What node by itself takes until it runs something. */
async function nodeOnce() {
  let first = null;
  const terminal = await openTerminal(SIZE, [process.execPath, '-e', 'process.stdout.write("x")'], {
    heard: (frame) => {
      if (frame.kind === 'o') first ??= frame;
    },
  });
  while (first === null) if ((await terminal.next(({ kind }) => kind === 'o')) === null) break;
  await terminal.close();
  return { ms: first.ms - terminal.startedMs, cpuMs: first.cpuMs };
}
