import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { libc } from '../../src/platform/linux/libc.ts';
import { BIN } from './program.ts';

/** The real screen in a terminal of its own, whose lines can be read. */
export interface TmuxScreen {
  /** Presses keys, by tmux's names of them; resolves when an Escape was taken, since with the key behind it it is another one. */
  press(...keys: readonly string[]): Promise<void>;
  /** Types a text as it is. */
  type(text: string): void;
  /** Resolves to what it copied, once it copied something. */
  copied(): Promise<string>;
  /** Whether it ended. */
  isOver(): boolean;
  readonly lines: readonly string[];
  readonly text: string;
  /** Resolves when something holds of the lines, and with what it gave. Rejects, with the lines, after a while. */
  until<T>(holds: (lines: readonly string[]) => T | null | undefined | false): Promise<T>;
  close(): void;
}

const PATIENCE_MS = 55_000;
const POLL_MS = 40;
const FIONREAD = 0x541b;
/** Looks at a screen that sleeps and has read everything, longer than it waits for what follows an ESC. */
const QUIET = 2;
let count = 0;

/** Runs `netwatch watch` in a network namespace, in a terminal of this size, as another user where `uid` is given. */
export function openTmuxScreen(
  netns: string,
  args: readonly string[],
  { width, height, uid }: { readonly width: number; readonly height: number; readonly uid?: number },
): TmuxScreen {
  const socket = `netwatch-test-${process.pid}-${++count}`;
  const tmux = (...words: readonly string[]): string =>
    execFileSync('tmux', ['-L', socket, '-f', '/dev/null', ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TERM: 'xterm' },
    });
  const user = uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  const command = ['ip', 'netns', 'exec', netns, ...user, process.execPath, BIN, 'watch', ...args];
  tmux(
    ...[
      'new-session',
      '-d',
      '-x',
      String(width),
      '-y',
      String(height),
      '-e',
      'NETWATCH_CONFIG=none',
      '-e',
      'LANG=C.UTF-8',
    ],
    ...['-e', 'TMUX=', '--', ...command],
    ...[
      ';',
      'set',
      '-g',
      'status',
      'off',
      ';',
      'set',
      '-s',
      'escape-time',
      '0',
      ';',
      'set',
      '-s',
      'set-clipboard',
      'on',
    ],
  );
  const read = (): readonly string[] => tmux('capture-pane', '-p', '-N').split('\n').slice(0, height);
  const readUnlessOver = (): readonly string[] => {
    try {
      return read();
    } catch (error) {
      // it may end before it is read
      if (screen.isOver()) return [];
      throw error;
    }
  };
  const taken = async (): Promise<void> => {
    const [pid, tty] = tmux('display-message', '-p', '#{pane_pid} #{pane_tty}').trim().split(' ');
    const fd = fs.openSync(tty!, fs.constants.O_RDONLY | fs.constants.O_NOCTTY | fs.constants.O_NONBLOCK);
    const left = Buffer.alloc(4);
    try {
      for (let quiet = 0; quiet < QUIET; ) {
        await sleep(POLL_MS);
        if (libc().ioctl(fd, FIONREAD, left) < 0) throw new Error('FIONREAD');
        // a thread that waits for its turn is R, and not S
        const sleeps = / S /.test(fs.readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\)/, ''));
        quiet = sleeps && left.readInt32LE() === 0 ? quiet + 1 : 0;
      }
    } finally {
      fs.closeSync(fd);
    }
  };
  const screen: TmuxScreen = {
    async press(...keys) {
      for (const key of keys) {
        tmux('send-keys', '--', key);
        if (key === 'Escape') await taken();
      }
    },
    type: (text) => void tmux('send-keys', '-l', '--', text),
    get lines() {
      return read();
    },
    get text() {
      return read().join('\n');
    },
    async until(holds) {
      const end = performance.now() + PATIENCE_MS;
      for (;;) {
        const lines = readUnlessOver();
        const told = holds(lines);
        if (told !== null && told !== undefined && told !== false) return told;
        if (performance.now() > end) throw new Error(`not seen: ${holds}\n${lines.join('\n')}`);
        await sleep(POLL_MS);
      }
    },
    copied: () =>
      screen.until(() => spawnSync('tmux', ['-L', socket, 'show-buffer'], { encoding: 'utf8' }).stdout || null),
    isOver: () => spawnSync('tmux', ['-L', socket, 'has-session']).status !== 0,
    close: () => void spawnSync('tmux', ['-L', socket, 'kill-server']),
  };
  return screen;
}
