import type { ScreenTerminal } from '../../core/output/live-screen.ts';
import type { Sink } from '../../core/output/sink.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { Platform, PlatformOptions } from '../../core/system/platform.ts';

/** Everything a command may touch of the world; made in `real-context.ts`, faked in tests. Nothing reaches around it. */
export interface Context {
  readonly stdout: Sink;
  readonly terminal: Terminal;
  /** Writes one line to stderr, made terminal-safe. */
  readonly say: (line: string) => void;
  /** Draws a line on the terminal that is stderr, in place of the one before; null takes it away. */
  readonly showProgress: (line: string | null) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The words that start this program again: the path of node, and that of netwatch. */
  readonly program: readonly string[];
  readonly clock: Clock;
  /** Aborts on the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Calls the listener at every SIGUSR1, which asks how things stand; returns what takes it away. */
  readonly onStatusAsked: (listener: () => void) => () => void;
  /** The same at every SIGUSR2, which asks that what was written be on the disk. */
  readonly onSyncAsked: (listener: () => void) => () => void;
  /** Number of the signal that aborted, or null. */
  readonly signalNumber: () => number | null;
  /** Whether this process may do more than its user, or is root. */
  readonly isPrivileged: () => boolean;
  readonly openPlatform: (options: PlatformOptions) => Promise<Platform>;
}

export interface Terminal extends ScreenTerminal {
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  readonly columns: () => number;
}
