import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { noNetwork } from '../../platform/linux/live-network.ts';
import { descendantsOf, isOver, isStopped } from '../../support/descendants.ts';
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

/** The settings of the terminal, as stty prints them, beside its modes. */
type WholeState = Awaited<ReturnType<PseudoTerminal['state']>> & { readonly stty: string };

async function wholeState(pty: PseudoTerminal): Promise<WholeState> {
  let state = await pty.state();
  // a frame is on its way
  for (; state.holdsFrames; state = await pty.state()) await sleep(1);
  return { ...state, stty: execFileSync('stty', ['-F', pty.name, '-a'], { encoding: 'utf8' }) };
}

/** What goes on in the background has drawn by then, if it does. */
const GOES_ON_MS = 300;
/** A shell without a line editor, whose prompt leaves the terminal as it is. */
const SHELL = ['bash', '--noprofile', '--norc', '--noediting', '-i'];
const noShell = ['setsid', 'bash', 'stty'].some(toolIsMissing);

describe.skipIf(noNetwork !== null || noShell)(
  'the terminal is lent to a shell, and comes back',
  { timeout: 60_000 * (ROUNDS + 1) },
  () => {
    /** Begins the screen in a shell; goes through rounds of it, and leaves it. */
    async function inShell(round: (there: InShell) => Promise<void>): Promise<void> {
      const pty = openPseudoTerminal(100, 30);
      const shell = pty.start(SHELL, { env: { HOME: folder, PS1: 'ready> ' } });
      await pty.shows(/^ready> *$/m);
      const before = await wholeState(pty);
      pty.type(`${process.execPath} ${BIN} watch --no-dns --no-probe\n`);
      await pty.shows(/\blo +/);
      const during = await wholeState(pty);
      expect([during.buffer, during.stty === before.stty]).toEqual(['alternate', false]);
      const { pid } = descendantsOf(shell.pid).find(({ command }) => command.includes(`${BIN} watch`))!;
      let prompts = 0;
      const there: InShell = {
        pty,
        pid,
        async isAway() {
          await until(() => isStopped(pid));
          // the shell says so, and prompts: then the terminal is its own
          pty.type(`echo aw''ay ${++prompts}\n`);
          await pty.shows(new RegExp(`away ${prompts} *$`, 'm'));
          await pty.drained();
          expect(await wholeState(pty)).toEqual(before);
        },
        async isBack() {
          await pty.shows(/1 Dash[\s\S]* 1-8 tabs/);
          expect(await wholeState(pty)).toEqual(during);
        },
      };
      for (let n = 0; n < ROUNDS; n++) await round(there);
      pty.type('q');
      await pty.shows(/^ready> *$/m);
      await pty.drained();
      expect(await wholeState(pty)).toEqual(before);
      pty.type('exit\n');
      await shell.ended;
      pty.close();
    }

    test('by Ctrl-Z, and by fg', () =>
      inShell(async ({ pty, isAway, isBack }) => {
        pty.type('\x1a');
        await isAway();
        pty.type('fg\n');
        await isBack();
      }));

    test('by SIGTSTP; SIGCONT alone does not take what is the shell’s, fg does', () =>
      inShell(async ({ pty, pid, isAway, isBack }) => {
        process.kill(pid, 'SIGTSTP');
        await isAway();
        process.kill(pid, 'SIGCONT');
        await sleep(GOES_ON_MS);
        await isAway();
        pty.type('fg\n');
        await isBack();
      }));

    test('by bg, which does not bring it back, and by fg', () =>
      inShell(async ({ pty, isAway, isBack }) => {
        pty.type('\x1a');
        await isAway();
        pty.type('bg\n');
        await sleep(GOES_ON_MS);
        await isAway();
        pty.type('fg\n');
        await isBack();
      }));
  },
);

/** The screen in a shell. */
interface InShell {
  readonly pty: PseudoTerminal;
  readonly pid: number;
  /** Resolves when the screen is stopped and the terminal is as it was before. */
  isAway(): Promise<void>;
  /** Resolves when it is shown again, and the terminal is as it was while it was shown. */
  isBack(): Promise<void>;
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
