import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { BIN } from './program.ts';

export interface Measured {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The most memory that the process had, once. */
  readonly rssBytes: number;
}

const SPY = pathToFileURL(path.join(import.meta.dirname, 'loop-delay.js')).href;

/** Runs the built program, fed by `input` where it has one. */
export function measured(args: readonly string[], input: Readable | null = null): Promise<Measured> {
  const child = spawn(process.execPath, ['--import', SPY, BIN, ...args], {
    stdio: [input === null ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', NETWATCH_CONFIG: 'none' },
  });
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  if (input !== null) {
    child.stdin!.on('error', () => input.destroy());
    input.pipe(child.stdin!);
  }
  return new Promise((resolve) =>
    child.on('close', (status) => {
      const [said, , bytes] = /stall (\d+) memory (\d+)\n/.exec(stderr) ?? ['', '', 'NaN'];
      resolve({ status, stdout, stderr: stderr.replace(said!, ''), rssBytes: Number(bytes) });
    }),
  );
}
