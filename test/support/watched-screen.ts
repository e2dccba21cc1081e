import { setTimeout as sleep } from 'node:timers/promises';
import { openPseudoTerminal } from './pseudo-terminal.ts';

/** Less than a test may take, so that the screen is in its error. */
const LONGEST_MS = 40_000;

/** netwatch on a terminal of its own, and what a person sees there. */
export interface WatchedScreen {
  /** Its lines, without the spaces at their ends. */
  lines(): readonly string[];
  /** Columns of a line, from 0, that are shown inverted. */
  inverted(line: number): readonly number[];
  /** Presses keys: a name of `KEYS`, or what is typed. Wait for what follows from Esc: with the next key it is another one. */
  press(...keys: readonly string[]): void;
  /** Resolves when a line is so; with the screen in the error when none ever is. */
  shows(what: string | RegExp): Promise<string>;
  /** The same, when the lines are. */
  until(holds: (lines: readonly string[]) => boolean): Promise<void>;
  /** Resolves to the status of the program when it ends; null when a signal ended it. */
  readonly ended: Promise<number | null>;
  close(): Promise<void>;
}

const KEYS: Readonly<Record<string, string>> = {
  esc: '\x1b',
  enter: '\r',
  tab: '\t',
  backtab: '\x1b[Z',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  home: '\x1b[H',
  end: '\x1b[F',
  pageup: '\x1b[5~',
  pagedown: '\x1b[6~',
  clear: '\x15',
};

/** Opens it with a command and the size of its terminal. */
export function watchScreen(
  size: readonly [columns: number, rows: number],
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): WatchedScreen {
  const pty = openPseudoTerminal(...size);
  const program = pty.start(command, { env: { TERM: 'xterm-256color', ...env } });
  const ended = program.ended.then(({ status }) => status);
  const lineAt = (row: number) => pty.screen.buffer.active.getLine(pty.screen.buffer.active.baseY + row);
  const lines = (): readonly string[] =>
    Array.from({ length: size[1] }, (_, row) => lineAt(row)?.translateToString(true).trimEnd() ?? '');
  const waitFor = async (holds: () => boolean): Promise<void> => {
    const end = Date.now() + LONGEST_MS;
    // half of a frame shows what was above, and what comes below: a key pressed then would come too early
    while (pty.screen.modes.synchronizedOutputMode || !holds()) {
      if (Date.now() > end) throw new Error(`it did not come; the screen:\n${lines().join('\n')}`);
      await sleep(10);
    }
  };
  return {
    lines,
    inverted(line) {
      const columns = Array.from({ length: size[0] }, (_, column) => column);
      return columns.filter((column) => (lineAt(line)?.getCell(column)?.isInverse() ?? 0) !== 0);
    },
    press(...keys) {
      for (const key of keys) pty.type(KEYS[key] ?? key);
    },
    async shows(what) {
      const find = (): string | undefined =>
        lines().find((line) => (typeof what === 'string' ? line.includes(what) : what.test(line)));
      await waitFor(() => find() !== undefined);
      return find()!;
    },
    until: (holds) => waitFor(() => holds(lines())),
    ended,
    async close() {
      pty.hangUp();
      await ended;
      pty.close();
    },
  };
}
