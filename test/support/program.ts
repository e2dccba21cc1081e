import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const ROOT = path.join(import.meta.dirname, '../..');
export const BIN = path.join(ROOT, 'bin/netwatch.js');

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Running {
  readonly child: ChildProcess;
  /** Resolves when stdout holds the text. */
  until(text: string): Promise<void>;
  ended: Promise<Ended>;
}

/** Starts the built program, as the user who runs the tests or another. */
export function startNetwatch(
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly uid?: number; readonly stdin?: 'ignore' | 'pipe' } = {},
): Running {
  const child = spawn(process.execPath, [BIN, ...args], {
    stdio: [options.stdin ?? 'ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', NETWATCH_CONFIG: 'none', ...options.env },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  let stdout = '';
  let stderr = '';
  let waiting: { text: string; resolve: () => void }[] = [];
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    // nobody waits any more for what is there: to look through long output again and again takes minutes
    waiting = waiting.filter((one) => {
      const isThere = stdout.includes(one.text);
      if (isThere) one.resolve();
      return !isThere;
    });
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return {
    child,
    until: (text) => new Promise((resolve) => (stdout.includes(text) ? resolve() : waiting.push({ text, resolve }))),
    ended: new Promise((resolve) => child.on('close', (status, signal) => resolve({ stdout, stderr, status, signal }))),
  };
}

/** Resolves when a program that was started listens to signals: SIGHUP is one that node by itself does not. */
export async function listensToSignals(pid: number): Promise<void> {
  const caught = (): string => fs.readFileSync(`/proc/${pid}/status`, 'latin1');
  while (!/^SigCgt:\s+[0-9a-f]*[13579bdf]$/m.test(caught())) await sleep(20);
}

/** Resolves when a program that writes without an end writes no more, since nobody reads. */
export async function isHeldUp(pid: number): Promise<void> {
  const written = (): number => Number(/^wchar: (\d+)$/m.exec(fs.readFileSync(`/proc/${pid}/io`, 'latin1'))![1]);
  for (let before = -1; before < LEAST_HELD || written() > before; await sleep(HELD_MS)) before = written();
}
/** Less than any pipe or socket holds, and more than is written before there is output. */
const LEAST_HELD = 32 * 1024;
const HELD_MS = 500;

/** Resolves when a program has opened the file. */
export async function hasOpened(pid: number, file: string): Promise<void> {
  const folder = `/proc/${pid}/fd`;
  const leadsThere = (fd: string): boolean => {
    try {
      return fs.readlinkSync(path.join(folder, fd)) === file;
    } catch {
      return false;
    }
  };
  while (!fs.readdirSync(folder).some(leadsThere)) await sleep(20);
}

/** Runs the built program to its end. */
export function netwatch(...args: readonly string[]): Promise<Ended> {
  return startNetwatch(args).ended;
}
