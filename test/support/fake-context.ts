import { setImmediate as turn } from 'node:timers/promises';
import type { Context } from '../../src/commands/context/context.ts';
import type { Clock } from '../../src/core/system/clock.ts';
import type { Platform } from '../../src/core/system/platform.ts';
import { openPlatform } from '../../src/platform/index.ts';
import { realClock } from '../../src/platform/machine/real-clock.ts';
import { openMemorySink } from './memory-sink.ts';

export interface FakeContext extends Context {
  readonly out: () => string;
  readonly said: readonly string[];
  /** Every line of progress, null where it was taken away. */
  readonly progress: readonly (string | null)[];
  readonly interrupt: () => void;
}

export interface FakeOptions {
  readonly terminal?: { readonly columns: number; readonly rows: number };
  readonly env?: Record<string, string>;
  readonly platform?: Platform;
  /** Something is made to throw: that it is said to be a bug is no failure. */
  readonly expectsFaults?: boolean;
  /** In place of the clock that moves when somebody sleeps: the real one where real servers answer. */
  readonly clock?: Clock;
  /** Called at every sleep, with the time slept to: a test moves its machine here. */
  readonly onSleep?: (monotonicMs: number, context: FakeContext) => void;
  /** How far the wall clock has been set off, so many milliseconds after the start. */
  readonly wallJump?: (elapsedMs: number) => number;
}

export const START_MS = Date.parse('2026-01-02T03:04:05.678Z');

/** A world whose clock moves only when somebody sleeps. */
export function fakeContext(options: FakeOptions = {}): FakeContext {
  const sink = openMemorySink();
  const said: string[] = [];
  const progress: (string | null)[] = [];
  const abort = new AbortController();
  let elapsed = 0;
  const timers = new Set<{ readonly until: number; readonly act: () => void }>();
  const wallAt = (elapsedMs: number): number => START_MS + elapsedMs + (options.wallJump?.(elapsedMs) ?? 0);
  const clock: Clock = {
    now: () => wallAt(elapsed),
    monotonic: () => 1_000_000 + elapsed,
    wallAt: (monotonic) => wallAt(monotonic - 1_000_000),
    async sleep(millis) {
      elapsed += Math.max(0, millis);
      options.onSleep?.(elapsed, context);
      for (const timer of [...timers]) if (timer.until <= elapsed && timers.delete(timer)) timer.act();
      await turn(); // who sleeps until something has come lets it come
    },
    after(millis, act) {
      const timer = { until: elapsed + millis, act };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  };
  const context: FakeContext = {
    stdout: sink,
    terminal: {
      // nobody types in a test
      stdinIsTerminal: false,
      stdoutIsTerminal: options.terminal !== undefined,
      stderrIsTerminal: options.terminal !== undefined,
      columns: () => options.terminal?.columns ?? 80,
      rows: () => options.terminal?.rows ?? 24,
      guard: () => () => {},
    },
    say: (line) => said.push(line),
    warn: (line) => said.push(line),
    isVerbose: false,
    showProgress: (line) => progress.push(line),
    program: ['/usr/bin/node', '/opt/net watch/bin/netwatch.js'],
    env: { NETWATCH_CONFIG: 'none', TERM: 'xterm', ...options.env },
    clock: options.clock ?? clock,
    signal: abort.signal,
    onStatusAsked: () => () => {},
    onSyncAsked: () => () => {},
    signalNumber: () => (abort.signal.aborted ? 2 : null),
    isPrivileged: () => false,
    openPlatform: async (asked) => options.platform ?? openPlatform(asked, realClock),
    out: () => sink.text(),
    said,
    progress,
    interrupt: () => abort.abort(),
  };
  return context;
}
