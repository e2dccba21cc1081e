import type { Sink } from './sink.ts';

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_LINE_END = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/** A terminal that is redrawn in place, on the alternate screen, so that what stood there comes back. */
export interface LiveScreen {
  /** Shows these lines; what does not fit the height is left out. */
  draw(lines: readonly string[]): Promise<void>;
  /** Gives the terminal back. Safe to call twice. */
  close(): Promise<void>;
}

/** What a screen asks of the terminal it takes. */
export interface ScreenTerminal {
  /** Asked at every drawing, so that a resize is followed. */
  readonly rows: () => number;
  /**
   * Writes `restore` when the program is suspended or ended before the returned function was called, and calls `resumed`
   * when it goes on: however netwatch ends, the terminal is left as it was found. `leaving` is called before it is written.
   */
  readonly guard: (restore: string, resumed: () => void, leaving?: () => void) => () => void;
}

/** Takes the terminal at the first drawing. */
export function openLiveScreen(sink: Sink, terminal: ScreenTerminal): LiveScreen {
  let open = false;
  let release: (() => void) | null = null;
  return {
    async draw(lines) {
      const height = Math.max(1, terminal.rows());
      const enter = open ? '' : ENTER;
      open = true;
      release ??= terminal.guard(LEAVE, () => {
        open = false;
      });
      const visible = lines.slice(0, height).map((line) => line + CLEAR_LINE_END);
      await sink.write(enter + HOME + visible.join('\r\n') + CLEAR_BELOW);
      await sink.flush();
    },
    async close() {
      release?.();
      release = null;
      if (!open) return;
      open = false;
      await sink.write(LEAVE);
      await sink.flush();
    },
  };
}
