import type { Gap } from '../../core/gap.ts';
import type { Limit } from '../../core/limit.ts';
import { OutputClosed, type Sink } from '../../core/output/sink.ts';
import type { Platform } from '../../core/system/platform.ts';
import { openPlatform } from '../../platform/index.ts';
import { realClock } from '../../platform/machine/real-clock.ts';
import type { Context } from '../context/context.ts';

/** Options of every function of the API. */
export interface Listening {
  /** Ends the reading or sampling: iteration stops as at the end. */
  readonly signal?: AbortSignal;
  /** Called with each line that netwatch would print on stderr: what was counted, what is wrong with a file. */
  readonly onNotice?: (line: string) => void;
  /** Called with what this process may not see, and the command that grants it. */
  readonly onLimit?: (limit: Limit) => void;
  /** Called with what is missing between the records. */
  readonly onGap?: (gap: Gap) => void;
}

const NOWHERE: Sink = {
  write() {
    throw new OutputClosed();
  },
  writeBytes: () => Promise.reject(new OutputClosed()),
  flush: () => Promise.resolve(),
};

/** The process goes on when the run is over, and keeps nothing of it open. */
export interface HeadlessContext extends Context {
  /** Closes every platform that the run has opened. */
  closePlatforms(): void;
}

/**
 * The context for a caller that is another program: no stdout, no signals, no terminal, and no privilege that is given
 * up.
 */
export function headlessContext({ onNotice = () => {} }: Listening, signal: AbortSignal): HeadlessContext {
  const opened: Platform[] = [];
  return {
    stdout: NOWHERE,
    terminal: {
      stdinIsTerminal: false,
      stdoutIsTerminal: false,
      stderrIsTerminal: false,
      columns: () => 80,
      rows: () => 24,
      guard: () => () => {},
    },
    say: onNotice,
    warn: onNotice,
    isVerbose: false,
    showProgress: () => {},
    env: process.env,
    program: [process.execPath],
    clock: realClock,
    signal,
    onStatusAsked: () => () => {},
    onSyncAsked: () => () => {},
    signalNumber: () => null,
    isPrivileged: () => false,
    async openPlatform(options) {
      const platform = await openPlatform(options, realClock);
      opened.push(platform);
      return platform;
    },
    closePlatforms() {
      for (const platform of opened.splice(0)) platform.close();
    },
  };
}
