import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { noLiveCapture, until } from '../support/live-scene.ts';
import { BIN } from '../support/program.ts';
import { toolIsMissing } from '../support/tool.ts';
import { promised } from './promise.ts';

/** Without a command: there the table stands in for the screen. */
const ALONE = '';
const TABLES = [
  ALONE,
  'conns --interval 1',
  'ifaces --interval 1',
  'probe tcp://127.0.0.1:9 --every 1',
  'stats -i lo --interval 1',
];
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGABRT'] as const;
const ENTER = '\x1b[?1049h';
const LEAVE = '\x1b[?1049l';

promised(
  {
    id: 'R12',
    says: 'However a live table ends, also while it is suspended, the terminal is as it was before: the cursor is shown, the alternate screen is left, and the settings are as before.',
    tested: `Each live table on a pseudo-terminal, ended by ${SIGNALS.join(', ')}; suspended, continued and then ended; stty -a before and after.`,
    notPromised: 'After kill -9, which no program sees: reset(1) repairs the terminal.',
    skipped: noLiveCapture ?? (toolIsMissing('script') ? 'script is not installed' : null),
    timeoutMs: 240_000,
  },
  async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-terminal-'));
    try {
      let exits = 0;
      for (const table of TABLES) {
        const ways: (readonly NodeJS.Signals[])[] = [
          ...SIGNALS.map((signal) => [signal]),
          ['SIGTSTP', 'SIGCONT', 'SIGINT'],
        ];
        for (let at = 0; at < ways.length; at += 2) {
          await Promise.all(ways.slice(at, at + 2).map((way, beside) => end(folder, table, way, `${exits + beside}`)));
          exits += ways.slice(at, at + 2).length;
        }
      }
      return `${exits} of ${exits} ends gave the terminal back, ${TABLES.length} of them after a suspension`;
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  },
);

async function end(folder: string, table: string, way: readonly NodeJS.Signals[], name: string): Promise<void> {
  const at = (what: string): string => path.join(folder, `${name}.${what}`);
  const run = `bash -c 'echo $$ >${at('pid')}; exec ${process.execPath} ${BIN} ${table}'`;
  const script = `stty rows 24 cols 100; stty -a >${at('before')}; ${run}; stty -a >${at('after')}`;
  const child = spawn('script', ['-qec', script, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH ?? '',
      TERM: table === ALONE ? 'dumb' : 'xterm',
      NETWATCH_CONFIG: 'none',
      SHELL: '/bin/bash',
    },
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const ended = new Promise((resolve) => child.once('close', resolve));
  // it has drawn itself once
  await until(() => out.includes('\x1b[J'));
  const pid = Number(fs.readFileSync(at('pid'), 'utf8'));
  for (const signal of way) {
    const screens = out.split(ENTER).length;
    process.kill(pid, signal);
    if (signal === 'SIGTSTP') {
      await until(() => /^State:\s+T/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8')));
      await sleep(50);
      expect(isGivenBack(out), `${table} suspended`).toBe(true);
    } else if (signal === 'SIGCONT') await until(() => out.split(ENTER).length > screens);
  }
  await ended;
  expect(isGivenBack(out), `${table} ended by ${way.join(', ')}`).toBe(true);
  expect(fs.readFileSync(at('after'), 'utf8')).toBe(fs.readFileSync(at('before'), 'utf8'));
}

/** Whether the alternate screen was left and the cursor is shown, after what was written. */
const isGivenBack = (out: string): boolean =>
  out.lastIndexOf(LEAVE) > out.lastIndexOf(ENTER) && out.lastIndexOf('\x1b[?25h') > out.lastIndexOf('\x1b[?25l');
