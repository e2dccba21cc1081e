import { spawn } from 'node:child_process';
import { openLines } from '../../../core/cut-lines.ts';
import { EXIT, Failure } from '../../../core/failure.ts';
import type { Limit } from '../../../core/limit.ts';
import type { Clock } from '../../../core/system/clock.ts';
import type { TraceSource } from '../../../core/system/platform.ts';
import type { TraceEvent } from '../../../core/trace/trace-event.ts';
import { parseLine, type Turns } from './parse-line.ts';
import { BEATS, MOST_KEYS, PROGRAMS } from './program.ts';
import type { Means } from './requirements.ts';
import { openSkippedRuns } from './skipped-runs.ts';

/** It compiles for a second or two; a machine that is busy takes longer. */
const LONGEST_START_MS = 30_000;
const LONGEST_SETTLING_MS = 2000;
const LONGEST_STOP_MS = 3000;
const LONGEST_COMPLAINT = 4000;

/**
 * bpftrace in a process group of its own, so that Ctrl-C does not end it before its last events are read. It is asked to
 * end by the end of its stdin, which comes, too, when netwatch is killed; that needs no privilege.
 */
const ATTENDED = 'exec 3<&0; (read -r _; kill -INT $$) <&3 >/dev/null 2>&1 & exec "$@" </dev/null 3<&-';

/**
 * Starts bpftrace on the sockets of a network namespace, told by its inode. Resolves when they are watched; rejects with
 * a Failure 69 when bpftrace ends or takes too long.
 */
export async function startBpftrace(
  { bpftrace, probes }: Means,
  namespace: number,
  clock: Clock,
  onEvent: (event: TraceEvent) => void,
  signal: AbortSignal,
): Promise<TraceSource> {
  const program = [bpftrace, '-B', 'line', '-f', 'json', '-e', PROGRAMS[probes], String(namespace)];
  // not execa, which is for tools that end: this one tells of events, line by line, until it is told to stop
  const child = spawn('/bin/sh', ['-c', ATTENDED, 'sh', ...program], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      LANG: 'C',
      BPFTRACE_MAP_KEYS_MAX: String(MOST_KEYS),
      BPFTRACE_PERF_RB_PAGES: '256',
      BPFTRACE_NO_USER_SYMBOLS: '1',
    },
  });
  /** As bpf_ktime_get_ns. */
  const now = (): number => clock.monotonic() * 1e6;
  const turns: Turns = new Map();
  const beats = openBeats(clock);
  let lost = 0;
  let isAsked = false;
  let isAttached = (): void => {};
  const attached = new Promise<void>((resolve) => {
    isAttached = resolve;
  });
  const take = (line: string): void => {
    for (const event of parseLine(line, turns)) {
      if (event.kind === 'beat') {
        isAttached();
        beats.take(event.at);
      } else if (event.kind === 'lost') lost += event.events;
      onEvent(event);
    }
  };
  child.stdout.setEncoding('utf8').on('data', openLines(take));
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < LONGEST_COMPLAINT) complaint += text;
  });
  const end = (): void => void child.stdin.end();
  const kill = (): void => {
    isAsked = true;
    end();
    child.kill('SIGKILL');
  };
  child.stdin.on('error', () => {});
  child.once('exit', end);
  const ended = new Promise<number | null>((resolve) => {
    // more than one: who has become another user may not kill it
    child.on('error', () => resolve(null));
    child.once('close', (status) => resolve(status));
  });
  let isOver = false;
  void ended.then(() => {
    isOver = true;
    beats.end();
  });
  signal.addEventListener('abort', kill, { once: true });
  const begun = new AbortController();
  const outcome = await Promise.race([
    attached.then(() => 'attached' as const),
    ended.then(() => 'ended' as const),
    clock.sleep(LONGEST_START_MS, begun.signal).then(() => 'late' as const),
  ]);
  begun.abort();
  signal.removeEventListener('abort', kill);
  if (outcome !== 'attached') {
    kill();
    const why = outcome === 'late' ? `said nothing for ${LONGEST_START_MS / 1000} s` : reasonOf(complaint);
    throw new Failure(EXIT.unavailable, `eBPF: bpftrace ${why}`, { hint: 'netwatch doctor' });
  }
  const skipped = openSkippedRuns(child.pid!);
  return {
    now,
    settled: () => beats.after(now(), LONGEST_SETTLING_MS),
    limits() {
      const limits: Limit[] = [];
      if (lost > 0) limits.push(LOST);
      if (skipped.count() > 0) limits.push(SKIPPED);
      if (isOver && !isAsked) limits.push({ ...OVER, why: `eBPF: bpftrace ${reasonOf(complaint)}` });
      return limits;
    },
    async stop() {
      isAsked = true;
      skipped.count(); // the last that can be known
      end();
      const stopped = new AbortController();
      await Promise.race([ended, clock.sleep(LONGEST_STOP_MS, stopped.signal)]);
      stopped.abort();
      kill();
      skipped.close();
    },
    kill() {
      kill();
      skipped.close();
    },
  };
}

const LOST: Limit = {
  what: 'bytes and owners of some sockets',
  why: 'eBPF: there were more events than bpftrace could report',
  remedy: null,
};
const SKIPPED: Limit = {
  what: 'events of some sockets',
  why: 'eBPF: the kernel skips an event that comes while it looks at another on the same processor',
  remedy: null,
};
const OVER: Limit = { what: 'bytes and owners since bpftrace ended', why: '', remedy: 'netwatch doctor' };

/** What bpftrace complained of, without what it always says. */
function reasonOf(complaint: string): string {
  const lines = complaint.split('\n').filter((line) => line.trim() !== '' && !/RLIMIT_MEMLOCK|read symbols/.test(line));
  const error = lines.find((line) => line.includes('ERROR')) ?? lines[0];
  return error === undefined ? 'ended' : `ended: ${error.replace(/^.*?ERROR: /, '').trim()}`;
}

interface Beats {
  take(at: number): void;
  /** Resolves when all up to a moment has been told, but not later than so many milliseconds from now. */
  after(moment: number, millis: number): Promise<void>;
  end(): void;
}

interface Waiting {
  readonly from: number;
  /** Heartbeats that are still to come. */
  left: number;
  readonly cancel: () => void;
  readonly done: () => void;
}

/** Heartbeats, and who waits for them. */
function openBeats(clock: Clock): Beats {
  let isOver = false;
  const waiting = new Set<Waiting>();
  const release = (one: Waiting): void => {
    waiting.delete(one);
    one.cancel();
    one.done();
  };
  return {
    take(at) {
      for (const one of waiting) if (at > one.from && --one.left <= 0) release(one);
    },
    after(from, millis) {
      if (isOver) return Promise.resolve();
      return new Promise((resolve) => {
        const cancel = clock.after(millis, () => release(one));
        const one: Waiting = { from, left: BEATS, cancel, done: resolve };
        waiting.add(one);
      });
    },
    end() {
      isOver = true;
      for (const one of waiting) release(one);
    },
  };
}
