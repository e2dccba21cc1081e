import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { noNetwork } from '../../platform/linux/live-network.ts';
import { descendantsOf, isOver } from '../../support/descendants.ts';
import { until } from '../../support/live-scene.ts';
import { BIN } from '../../support/program.ts';
import { openPseudoTerminal, type PseudoTerminal, type Started } from '../../support/pseudo-terminal.ts';
import { toolIsMissing } from '../../support/tool.ts';

/** The screen is left so often in each way: `NETWATCH_EXIT_ROUNDS=20` for a thorough run. */
const ROUNDS = Number(process.env.NETWATCH_EXIT_ROUNDS ?? 1);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-exits-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** What goes wrong in the program at SIGUSR2, which by itself it does not heed. */
const FAULTS = {
  throw: `setTimeout(() => { throw new Error('boom'); });`,
  reject: `void Promise.reject(new Error('boom'));`,
  exit: 'process.exit(7);',
  // the next frame cannot be made
  view: failsIn('String.prototype.repeat', 'frameView'),
  // Ink cannot draw the dialog
  component: failsIn('Array.prototype.map', 'InkDialog'),
} as const;

function failsIn(method: string, caller: string): string {
  return `const was = ${method};
    ${method} = function (...of) {
      if (new Error().stack.includes('${caller}')) throw new Error('boom');
      return was.apply(this, of);
    };`;
}

function preload(fault: keyof typeof FAULTS): readonly string[] {
  const file = path.join(folder, `${fault}.mjs`);
  fs.writeFileSync(file, `Error.stackTraceLimit = 50; process.on('SIGUSR2', () => { ${FAULTS[fault]} });`);
  return ['--import', file];
}

interface Way {
  readonly name: string;
  readonly fault?: keyof typeof FAULTS;
  readonly end: (pty: PseudoTerminal, run: Started) => void | Promise<void>;
  readonly ended?: { readonly status?: number; readonly signal?: NodeJS.Signals };
  readonly said?: readonly string[];
}

const signal =
  (name: NodeJS.Signals): Way['end'] =>
  (_, { pid }) =>
    void process.kill(pid, name);
const BUG = ['netwatch: internal error: boom; this is a bug, -v shows where'];

const WAYS: readonly Way[] = [
  { name: 'q', end: (pty) => pty.type('q') },
  { name: 'Ctrl-C', end: (pty) => pty.type('\x03') },
  { name: 'SIGINT', end: signal('SIGINT') },
  { name: 'SIGTERM', end: signal('SIGTERM') },
  { name: 'SIGHUP', end: signal('SIGHUP') },
  { name: 'SIGQUIT', end: signal('SIGQUIT'), ended: { signal: 'SIGQUIT' } },
  { name: 'an error that nobody catches', fault: 'throw', end: signal('SIGUSR2'), ended: { status: 70 }, said: BUG },
  {
    name: 'a promise that nobody waits for',
    fault: 'reject',
    end: signal('SIGUSR2'),
    ended: { status: 70 },
    said: BUG,
  },
  { name: 'an error in a view', fault: 'view', end: signal('SIGUSR2'), ended: { status: 70 }, said: BUG },
  {
    name: 'an error while Ink renders',
    fault: 'component',
    async end(pty, run) {
      await signal('SIGUSR2')(pty, run);
      pty.type('3\r');
    },
    ended: { status: 70 },
    said: BUG,
  },
  { name: 'process.exit', fault: 'exit', end: signal('SIGUSR2'), ended: { status: 7 } },
  {
    name: 'SIGTERM among resizes',
    async end(pty, run) {
      for (let n = 0; n < 60; n++) {
        pty.resize(100 + (n % 7), 30 + (n % 5));
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (n === 40) process.kill(run.pid, 'SIGTERM');
      }
      pty.resize(100, 30);
    },
  },
  ...(['SIGHUP', 'SIGTERM'] as const).map(
    (name): Way => ({
      name: `${name} in the middle of a paint`,
      async end(pty, { pid, ended }) {
        await fillUp(pty);
        process.kill(pid, name);
        await ended;
        pty.readOn();
      },
    }),
  ),
];

/** Nobody reads what the screen sends, until it can send no more: a part of a frame then waits. */
async function fillUp(pty: PseudoTerminal): Promise<void> {
  pty.standStill();
  for (let n = 0; n < 40; n++) {
    pty.type(String((n % 8) + 1));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Starts the screen below a line, and waits until the machine is seen. */
async function openScreen(pty: PseudoTerminal, options: readonly string[]): Promise<Started> {
  pty.print('before\r\n');
  const run = pty.start([process.execPath, ...options, BIN, 'watch', '--no-dns', '--no-probe'], {
    env: { HOME: folder },
  });
  await pty.shows(/\blo +/);
  return run;
}

describe.skipIf(noNetwork !== null || toolIsMissing('setsid'))('the terminal is given back', () => {
  test.concurrent.each(WAYS)('by $name', { timeout: 60_000 * ROUNDS }, async ({ fault, end, ended, said = [] }) => {
    for (let round = 0; round < ROUNDS; round++) {
      const pty = openPseudoTerminal(100, 30);
      const before = await pty.state();
      const run = await openScreen(pty, fault === undefined ? [] : preload(fault));
      expect((await pty.state()).buffer).toBe('alternate');
      const helpers = descendantsOf(run.pid);
      await end(pty, run);
      expect(await run.ended).toEqual({ status: null, signal: null, ...(ended ?? { status: 0 }) });
      await until(() => helpers.every(({ pid }) => isOver(pid)));
      await pty.drained();
      expect(await pty.state()).toEqual(before);
      expect((await pty.lines()).join('\n').trimEnd().split('\n')).toEqual(['before', ...said]);
      pty.close();
    }
  });
});
