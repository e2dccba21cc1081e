import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EXIT } from '../../../../src/core/failure.ts';
import type { TraceSource } from '../../../../src/core/system/platform.ts';
import type { TraceEvent } from '../../../../src/core/trace/trace-event.ts';
import { startBpftrace } from '../../../../src/platform/linux/ebpf/bpftrace.ts';
import { PROGRAMS } from '../../../../src/platform/linux/ebpf/program.ts';
import { type VirtualClock, virtualClock } from '../../../support/virtual-clock.ts';

let folder: string;
let clock: VirtualClock;
let controller: AbortController;
let events: TraceEvent[];
/** Called with each event. */
let heard: (event: TraceEvent) => void;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-bpftrace-'));
  clock = virtualClock();
  controller = new AbortController();
  events = [];
  heard = () => {};
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const printf = (data: string): string => `echo '${JSON.stringify({ type: 'printf', data })}'`;
const beat = (at: number): string => printf(`H ${at}`);

/** Starts a program of a shell in the place of bpftrace. */
function start(...lines: string[]): Promise<TraceSource> {
  const bpftrace = path.join(folder, 'bpftrace');
  fs.writeFileSync(bpftrace, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  const take = (event: TraceEvent): void => {
    events.push(event);
    heard(event);
  };
  return startBpftrace({ bpftrace, probes: 'kprobes' }, 4026, clock, take, controller.signal);
}
const failure = (message: string) =>
  expect.objectContaining({ exit: EXIT.unavailable, message: `eBPF: bpftrace ${message}`, hint: 'netwatch doctor' });
/** Ends as bpftrace does, when it is asked to. */
const UNTIL_ASKED = ["trap 'exit 0' INT", 'while :; do sleep 0.01; done'];

describe.skipIf(process.platform !== 'linux')('bpftrace', () => {
  test('is started with the program and the namespace, in an environment of its own', async () => {
    const file = path.join(folder, 'said');
    const said = `{ printf '%s\\0' "$@"; env | grep -E '^(PATH|LANG|BPFTRACE_|HOME)' | sort; } > ${file}`;
    const source = await start(said, beat(5), ...UNTIL_ASKED);
    const parts = fs.readFileSync(file, 'utf8').split('\0');
    expect(parts.slice(0, -1)).toEqual(['-B', 'line', '-f', 'json', '-e', PROGRAMS.kprobes, '4026']);
    expect(parts.at(-1)!.trim().split('\n')).toEqual([
      'BPFTRACE_MAP_KEYS_MAX=16384',
      'BPFTRACE_NO_USER_SYMBOLS=1',
      'BPFTRACE_PERF_RB_PAGES=256',
      'LANG=C',
      'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    ]);
    expect(events).toEqual([{ kind: 'beat', at: 5 }]);
    expect(source.now()).toBe(clock.monotonic() * 1e6);
    // it waits for no time any more, and is not ended by the signal of its start
    expect(clock.timers()).toBe(0);
    controller.abort();
    await source.stop();
    expect([source.limits(), clock.timers()]).toEqual([[], 0]);
  });

  test.each([
    [[], 'ended'],
    [['echo oops >&2'], 'ended: oops'],
    [['echo first >&2', 'echo "stdin:1: ERROR: no probe " >&2', 'echo last >&2'], 'ended: no probe'],
    [['echo "set RLIMIT_MEMLOCK" >&2', 'echo " " >&2', 'echo "cannot read symbols" >&2', 'echo why >&2'], 'ended: why'],
    [['echo "RLIMIT_MEMLOCK" >&2'], 'ended'],
  ])('that ends at once says why: %j', async (lines, words) => {
    await expect(start(...lines)).rejects.toEqual(failure(words));
    expect(clock.timers()).toBe(0);
  });

  test('that is not there has ended', async () => {
    const file = path.join(folder, 'none');
    const started = startBpftrace({ bpftrace: file, probes: 'kprobes' }, 1, clock, () => {}, controller.signal);
    await expect(started).rejects.toEqual(expect.objectContaining({ exit: EXIT.unavailable }));
  });

  test('that says nothing is given up after 30 s, and killed', async () => {
    const file = path.join(folder, 'pid');
    const started = start(`echo $$ > ${file}`, ...UNTIL_ASKED);
    const refused = expect(started).rejects.toEqual(failure('said nothing for 30 s'));
    while (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') === '') await new Promise(setImmediate);
    clock.advance(29_999);
    expect(clock.timers()).toBe(1);
    clock.advance(1);
    await refused;
  });

  test('is killed by the signal while it starts', async () => {
    const started = start(...UNTIL_ASKED);
    controller.abort();
    await expect(started).rejects.toEqual(failure('ended'));
  });

  test('that ends by itself, or loses events, limits what is known', async () => {
    const lost = (events: number): string => `echo '{"type":"lost_events","data":{"events":${events}}}'`;
    const source = await start(beat(1), lost(0), lost(3), 'echo "ERROR: harm" >&2');
    const settled = source.settled();
    await settled;
    const over = {
      what: 'bytes and owners since bpftrace ended',
      why: 'eBPF: bpftrace ended: harm',
      remedy: 'netwatch doctor',
    };
    const few = {
      what: 'bytes and owners of some sockets',
      why: 'eBPF: there were more events than bpftrace could report',
      remedy: null,
    };
    expect(source.limits()).toEqual([few, over]);
    // there is nobody to wait for
    await source.settled();
    expect(clock.timers()).toBe(0);
    await source.stop();
    expect(source.limits()).toEqual([few]);
  });

  test('all is told two heartbeats after a moment', async () => {
    const pipe = path.join(folder, 'pipe');
    const now = clock.monotonic() * 1e6;
    const told = `while [ ! -e ${pipe} ]; do sleep 0.01; done; cat ${pipe}`;
    const source = await start(beat(now), told, ...UNTIL_ASKED);
    let isSettled = false;
    const settled = source.settled().then(() => {
      isSettled = true;
    });
    // one of that very moment does not count, and one later is not enough
    const beats = [now, now + 1, now + 2].map((at) => `${JSON.stringify({ type: 'printf', data: `H ${at}` })}\n`);
    const states: boolean[] = [];
    heard = () => {
      states.push(isSettled, clock.timers() === 0);
    };
    fs.writeFileSync(`${pipe}.new`, beats.join(''));
    fs.renameSync(`${pipe}.new`, pipe);
    await settled;
    // each is taken before it is told
    expect(states).toEqual([false, false, false, false, false, true]);
    source.kill();
    expect(source.limits()).toEqual([]);
  });

  test('what is not told within two seconds is not waited for', async () => {
    const source = await start(beat(1), ...UNTIL_ASKED);
    let isSettled = false;
    const settled = source.settled().then(() => {
      isSettled = true;
    });
    await clock.pass(1999);
    expect(isSettled).toBe(false);
    await clock.pass(1);
    await settled;
    await source.stop();
  });
});
