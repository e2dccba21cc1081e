import type { ScreenTerminal } from '../../core/output/live-screen.ts';
import type { Sink } from '../../core/output/sink.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { Platform, PlatformOptions } from '../../core/system/platform.ts';

/**
 * Everything that a command may use of the outside world; created in `real-context.ts`, faked in tests. Nothing
 * bypasses it.
 */
export interface Context {
  readonly stdout: Sink;
  readonly terminal: Terminal;
  /** Writes one line to stderr, made safe for a terminal; writes nothing in a quiet context. */
  readonly say: (line: string) => void;
  /** The same, also in a quiet context: for errors, and for what somebody must know to be able to trust the answer. */
  readonly warn: (line: string) => void;
  /** Whether to print more than is necessary (--verbose). */
  readonly isVerbose: boolean;
  /** Draws a line on stderr if that is a terminal, in place of the previous one; null removes it. */
  readonly showProgress: (line: string | null) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The command-line words that start this program again: the path of node, and that of netwatch. */
  readonly program: readonly string[];
  readonly clock: Clock;
  /** Aborts on the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Calls the listener at every SIGUSR1, which asks for the status; returns a function that removes it. */
  readonly onStatusAsked: (listener: () => void) => () => void;
  /** The same for every SIGUSR2, which asks that what was written reach the disk. */
  readonly onSyncAsked: (listener: () => void) => () => void;
  /** The number of the signal that aborted, or null. */
  readonly signalNumber: () => number | null;
  /** Whether this process may do more than its user can, or is root. */
  readonly isPrivileged: () => boolean;
  readonly openPlatform: (options: PlatformOptions) => Promise<Platform>;
}

export interface Terminal extends ScreenTerminal {
  readonly stdinIsTerminal: boolean;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  readonly columns: () => number;
}

/** The same context for a run that was asked to be quiet, or to print more. */
export function contextFor(
  context: Context,
  { quiet, verbose }: { readonly quiet: boolean; readonly verbose: boolean },
): Context {
  return { ...context, ...(quiet ? { say: () => {}, showProgress: () => {} } : {}), isVerbose: verbose };
}
