// The key ↓ held down, 60 times a second, on a terminal of 200×60 with 10,000 connections of a machine of its own: how often it
// paints, and what a frame takes beyond what the program takes anyway.
import { setTimeout as sleep } from 'node:timers/promises';
import { BIN } from '../measure.js';
import { openNetwork } from './network.js';
import { cpuOf, familyOf } from './processes.js';
import { openTerminal } from './terminal.js';

const SIZE = [200, 60];
const PAIRS = 5000;
const PROCESSES = 4;
const KEY_MS = 1000 / 60;
const DOWN = '\x1b[B';
const GOAL = { paints: 30, frameMs: 8 };
/** The end of a frame: DEC 2026. */
const FRAME = '\x1b[?2026l';

export async function benchHeld(row, { warmUp }) {
  const network = await openNetwork();
  let paints = 0;
  let waitMs = 0;
  try {
    await network.connect(PAIRS, PROCESSES);
    const command = network.command([process.execPath, BIN, 'watch', '--tab', 'connections']);
    const terminal = await openTerminal(SIZE, command, {
      heard(frame) {
        waitMs = frame.waitMs;
        if (frame.kind === 'o') paints += frame.text.split(FRAME).length - 1;
      },
    });
    const pids = () => familyOf(terminal.pid);
    const measure = async (during) => {
      const before = { cpu: cpuOf(pids()), ms: performance.now(), paints, waitMs };
      await during();
      const seconds = (performance.now() - before.ms) / 1000;
      return {
        cpu: (cpuOf(pids()) - before.cpu) / seconds,
        paints: (paints - before.paints) / seconds,
        waited: (waitMs - before.waitMs) / 1000 / seconds,
      };
    };
    await sleep(warmUp * 1000);
    const idle = await measure(() => sleep(15_000));
    const held = await measure(() => hold(terminal, 15_000));
    const frameMs = (1000 * (held.cpu - idle.cpu)) / held.paints;
    const percent = (share) => `${(100 * share).toFixed(0)} %`;
    row(
      '↓ held 60/s, 10,000 connections',
      `≥ ${GOAL.paints} paints/s`,
      held.paints >= GOAL.paints,
      `${held.paints.toFixed(1)} paints/s; kept waiting ${percent(held.waited)} of the time`,
    );
    row('  its CPU', null, null, `${percent(held.cpu)} of a core, ${percent(idle.cpu)} without the key`);
    row('  CPU of a frame more', `≤ ${GOAL.frameMs} ms`, frameMs <= GOAL.frameMs, `${frameMs.toFixed(2)} ms`);
    await terminal.close();
  } finally {
    await network.close();
  }
}

/** Presses ↓ at its rate, whatever comes of it. */
async function hold(terminal, millis) {
  const begun = performance.now();
  for (let key = 0; performance.now() - begun < millis; key++) {
    terminal.press(DOWN);
    await sleep(Math.max(0, begun + (key + 1) * KEY_MS - performance.now()));
  }
}
