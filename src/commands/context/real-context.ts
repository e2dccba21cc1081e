import fs from 'node:fs';
import { constants } from 'node:os';
import { openSink } from '../../core/output/sink.ts';
import { openStdout } from '../../platform/files/file-stdout.ts';
import { openPlatform } from '../../platform/index.ts';
import { isTerminal, letGoOfClosedTerminals } from '../../platform/linux/own-terminal.ts';
import { realClock } from '../../platform/machine/real-clock.ts';
import { isPrivileged } from '../../platform/system/open-system.ts';
import type { Context } from './context.ts';
import { openMessages } from './messages.ts';
import { guardTerminal } from './terminal-guard.ts';

const FALLBACK_COLUMNS = 80;
const FALLBACK_ROWS = 24;

/** A signal that is repeated so soon was sent by a program, not by somebody who has lost patience. */
const ONE_WISH_MS = 50;

/** The real context: this process's streams, environment, clock and signals. */
export function openRealContext(): Context {
  const abort = new AbortController();
  let signalNumber: number | null = null;
  let signalledAt = 0;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (name === 'SIGHUP' && isUnderNohup()) return;
      const number = constants.signals[name];
      const isRepeated = signalNumber === number;
      // a terminal that closes sends one, and its shell another
      if (name === 'SIGHUP' && isRepeated) return;
      // timeout(1) signals its child and then its group, npm passes on what the terminal sent already: one wish, two signals
      if (isRepeated && realClock.monotonic() - signalledAt < ONE_WISH_MS) return;
      // the second one is serious: its sender will not wait for the output to be finished
      if (signalNumber !== null) process.exit(128 + number);
      signalNumber = number;
      signalledAt = realClock.monotonic();
      abort.abort();
    });
  }
  process.on('exit', letGoOfClosedTerminals);
  // nobody may be left to read the messages; that is no reason to fail
  process.stderr.on('error', () => {});
  return {
    stdout: openSink(openStdout()),
    terminal: {
      // process.stdin would be opened by a look at it
      stdinIsTerminal: isTerminal(0),
      stdoutIsTerminal: process.stdout.isTTY === true,
      stderrIsTerminal: process.stderr.isTTY === true,
      columns: () => sizeOf('COLUMNS', process.stdout.columns, FALLBACK_COLUMNS),
      rows: () => sizeOf('LINES', process.stdout.rows, FALLBACK_ROWS),
      guard: guardTerminal,
    },
    ...openMessages(process.stderr),
    isVerbose: false,
    env: process.env,
    program: [process.execPath, fs.realpathSync(process.argv[1] ?? 'netwatch')],
    clock: realClock,
    signal: abort.signal,
    signalNumber: () => signalNumber,
    onStatusAsked: (listener) => listen('SIGUSR1', listener),
    onSyncAsked: (listener) => listen('SIGUSR2', listener),
    isPrivileged,
    openPlatform: (options) => openPlatform(options, realClock),
  };
}

/** Adds a listener to the one that bin/netwatch.js set: with no listener left, the signal would end the process. */
function listen(signal: NodeJS.Signals, listener: () => void): () => void {
  process.on(signal, listener);
  return () => void process.off(signal, listener);
}

/**
 * Whether nohup(1) started this process. Node undoes the ignoring of signals that it inherits, and the only trace left
 * is the stdin that GNU nohup opens in place of a terminal: /dev/null, write-only.
 */
function isUnderNohup(): boolean {
  try {
    if (fs.readlinkSync('/proc/self/fd/0') !== '/dev/null') return false;
    const flags = /^flags:\s*([0-7]+)$/m.exec(fs.readFileSync('/proc/self/fdinfo/0', 'latin1'))?.[1] ?? '0';
    return (Number.parseInt(flags, 8) & O_ACCMODE) === fs.constants.O_WRONLY;
  } catch {
    return false;
  }
}
const O_ACCMODE = 3;

/** A terminal that does not know its size reports 0 or nothing. */
function sizeOf(variable: string, own: number | undefined, fallback: number): number {
  const set = Number(process.env[variable]);
  return own || (Number.isInteger(set) && set > 0 ? set : fallback);
}
