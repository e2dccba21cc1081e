import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { noNetwork } from '../platform/linux/live-network.ts';
import { BIN } from './program.ts';

const noPcap: string | null = (() => {
  try {
    createRequire(import.meta.url)('pcap');
    return null;
  } catch (error) {
    return `needs the pcap module: ${(error as Error).message.split('\n')[0]}`;
  }
})();

/** Why packets cannot be captured live here, or null. */
export const noLiveCapture: string | null = noNetwork ?? noPcap;
if (noLiveCapture !== null) console.warn(`skipped: live capture: ${noLiveCapture}`);

/** netwatch under way. */
export interface Live {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Resolves when stderr has said so: from then on packets are captured. */
  readonly capturing: Promise<void>;
  /** Resolves when what it has printed, or said on stderr, is as wanted. */
  until(holds: (sofar: { readonly out: string; readonly said: string }) => boolean): Promise<void>;
  readonly ended: Promise<{ status: number | null; out: string; said: string }>;
}

/** A network namespace of a test's own, with a folder for files, and what runs in it. */
export interface LiveScene {
  readonly name: string;
  readonly folder: string;
  ip(...args: readonly string[]): void;
  /** Starts netwatch; `ip netns exec` becomes it. */
  start(argv: readonly string[], before?: readonly string[]): Live;
  /** Starts a program that ends when its stdin does, or when the scene is over; resolves when it has printed something. */
  run(script: string): Promise<ChildProcess>;
  remove(): void;
}

/** Makes the namespace, in which only the loopback is up. */
export function openLiveScene(word: string): LiveScene {
  const name = `nw${word}-${process.pid}`;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `netwatch-${word}-`));
  const running = new Set<ChildProcess>();
  const exec = ['netns', 'exec', name];
  const keep = (child: ChildProcess): void => {
    running.add(child);
    child.on('close', () => running.delete(child));
  };
  execFileSync('ip', ['netns', 'add', name]);
  execFileSync('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  return {
    name,
    folder,
    ip: (...args) => void execFileSync('ip', ['-n', name, ...args]),
    start(argv, before = []) {
      const child = spawn('ip', [...exec, ...before, process.execPath, BIN, ...argv], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env.PATH ?? '', NETWATCH_CONFIG: 'none' },
      });
      keep(child);
      let out = '';
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
      const capturing = new Promise<void>((resolve, reject) => {
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          said += text;
          if (said.includes('capturing on')) resolve();
        });
        child.on('close', () => reject(new Error(said)));
      });
      capturing.catch(() => {});
      const ended = new Promise<{ status: number | null; out: string; said: string }>((resolve) =>
        child.on('close', (status) => resolve({ status, out, said })),
      );
      return { child, pid: child.pid!, capturing, until: (holds) => until(() => holds({ out, said })), ended };
    },
    async run(script) {
      const child = spawn('ip', [...exec, process.execPath, '-e', `${ENDS_WITH_STDIN}${script}`], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      keep(child);
      await new Promise((resolve) => child.stdout.once('data', resolve));
      return child;
    },
    remove() {
      for (const child of running) child.kill('SIGKILL');
      fs.rmSync(folder, { recursive: true, force: true });
      execFileSync('ip', ['netns', 'del', name]);
    },
  };
}

const ENDS_WITH_STDIN = `process.stdin.on('end', () => process.exit()).resume();\n`;

/** Waits until it holds, for a minute at most: a busy machine takes its time. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('it did not come');
    await sleep(20);
  }
}

/** The records of NDJSON. */
export const parseLines = (out: string): Record<string, unknown>[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
