import { execFileSync, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { BIN } from './program.ts';

/** The real screen in a terminal of its own, whose lines can be read. */
export interface TmuxScreen {
  /** Presses keys, by tmux's names of them. */
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
  /** None of one that ended, which may be while it is read. */
  const readIfAny = (): readonly string[] => {
    try {
      return read();
    } catch (error) {
      if (screen.isOver()) return [];
      throw error;
    }
  };
  const screen: TmuxScreen = {
    async press(...keys) {
      for (const key of keys) tmux('send-keys', '--', key);
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
        const lines = readIfAny();
        const told = holds(lines);
        if (told !== null && told !== undefined && told !== false) return told;
        if (performance.now() > end) throw new Error(`not seen: ${holds}\n${lines.join('\n')}`);
        await sleep(POLL_MS);
      }
    },
    copied: () => screen.until(() => spawnSync('tmux', ['-L', socket, 'show-buffer'], { encoding: 'utf8' }).stdout),
    isOver: () => spawnSync('tmux', ['-L', socket, 'has-session']).status !== 0,
    close: () => void spawnSync('tmux', ['-L', socket, 'kill-server']),
  };
  return screen;
}
