import type { ScreenTerminal } from '../../core/output/live-screen.ts';
import type { Sink } from '../../core/output/sink.ts';
import type { Platform, PlatformOptions } from '../../core/system/platform.ts';

/** Time, so that tests need no waiting. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. */
  now(): number;
  /** A clock that never jumps, milliseconds since some start. */
  monotonic(): number;
  /** Waits, or returns early when the signal aborts; never rejects. */
  sleep(millis: number, signal: AbortSignal): Promise<void>;
}

/** Everything a command may touch of the world; made in `real-context.ts`, faked in tests. Nothing reaches around it. */
export interface Context {
  readonly stdout: Sink;
  readonly terminal: Terminal;
  /** Writes one line to stderr, made terminal-safe; nothing in a quiet context. */
  readonly say: (line: string) => void;
  /** The same in a quiet context too: errors, and what somebody must know to trust the answer. */
  readonly warn: (line: string) => void;
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

/** The same world for a run that was asked to be quiet. */
export function quietContext(context: Context): Context {
  return { ...context, say: () => {} };
}
