// The built program on a pseudo-terminal, and what a terminal shows of the bytes that it writes.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import xterm from '@xterm/headless';

const BIN = path.join(import.meta.dirname, '../../bin/netwatch.js');
/** A frame is whole when nothing has followed it for so long. */
const CALM_MS = 250;
const MOST_MS = 180_000;

/** Starts `netwatch watch`; it writes its messages to stderr. `folder` is for its own files. */
export async function openPlayedScreen(folder, [columns, rows], args) {
  const named = path.join(folder, 'terminal');
  const line = `tty >${named}; stty rows ${rows} cols ${columns}; exec ${process.execPath} ${BIN} watch ${args.join(' ')}`;
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, TERM: 'xterm-256color', LANG: 'C.UTF-8', NETWATCH_CONFIG: 'none', SHELL: '/bin/sh' },
  });
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
  let last = performance.now();
  child.stdout.on('data', (bytes) => {
    last = performance.now();
    terminal.write(bytes);
  });
  const text = () => {
    const buffer = terminal.buffer.active;
    return Array.from({ length: terminal.rows }, (_, row) => buffer.getLine(row).translateToString()).join('\n');
  };
  const calm = async () => {
    while (performance.now() - last < CALM_MS) await sleep(20);
  };
  const screen = {
    terminal,
    text,
    calm,
    /** Types keys. */
    async type(keys) {
      child.stdin.write(keys);
      last = performance.now();
      await calm();
    },
    async resize(newColumns, newRows) {
      terminal.resize(newColumns, newRows);
      const tty = fs.readFileSync(named, 'utf8').trim();
      execFileSync('stty', ['-F', tty, 'rows', String(newRows), 'cols', String(newColumns)]);
      last = performance.now();
      await calm();
    },
    /** Resolves when the screen shows what is wanted. */
    async until(pattern) {
      const end = performance.now() + MOST_MS;
      while (!pattern.test(text())) {
        if (performance.now() > end) throw new Error(`the screen never showed ${pattern}:\n${text()}`);
        await sleep(50);
      }
      await calm();
    },
    async close() {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.stdin.write('q');
      await ended;
    },
  };
  return screen;
}
