import { describe, expect, test } from 'vitest';
import { parseTarget } from '../../../src/core/health/target.ts';
import type { ProbeRow } from '../../../src/core/record/tables/probe.ts';
import { type Probed, type ProbeRunPlan, runProbes } from '../../../src/core/sample/probe-rounds.ts';
import { replyOf } from '../../support/probe-rows.ts';
import { type VirtualClock, virtualClock } from '../../support/virtual-clock.ts';

const PLAN: ProbeRunPlan = {
  count: 1,
  intervalMs: 1000,
  timeoutMs: 2000,
  everyMs: 10_000,
  next: null,
  durationMs: null,
  pathTo: null,
  pair: null,
};
const HOUR = 3_600_000;

/** A target that answers as `reply` says of the second of the run; null for no answer within the time, undefined where none can be asked. */
function target(
  clock: VirtualClock,
  name: string,
  reply: (second: number) => number | null | undefined,
): Probed & { readonly sent: number[] } {
  const start = clock.monotonic();
  const sent: number[] = [];
  return {
    target: parseTarget(name),
    sent,
    prober: {
      async send(timeoutMs, signal) {
        const second = (clock.monotonic() - start) / 1000;
        sent.push(second);
        const rtt = reply(second);
        await clock.sleep(rtt === undefined ? 0 : (rtt ?? timeoutMs), signal);
        return replyOf(rtt);
      },
      duplicates: () => null,
      close: () => {},
    },
  };
}

/** Runs for a time; gives the records with the second at which they came. */
function begin(clock: VirtualClock, targets: readonly Probed[], plan: Partial<ProbeRunPlan> = {}) {
  const abort = new AbortController();
  const start = clock.monotonic();
  const rows: (ProbeRow & { readonly cameAt: number })[] = [];
  const done = (async () => {
    for await (const batch of runProbes(targets, { ...PLAN, ...plan }, clock, abort.signal))
      for (const { row } of batch) rows.push({ ...row, cameAt: (clock.monotonic() - start) / 1000 });
  })();
  return { rows, done, abort };
}

test('an hour of a flapping link, to the second', async () => {
  const clock = virtualClock();
  // down for 70 s of each ten minutes
  const flapping = target(clock, '192.0.2.1', (second) => (second % 600 >= 300 && second % 600 < 370 ? null : 5));
  const { rows, abort, done } = begin(clock, [flapping]);
  await clock.pass(HOUR + 1000);
  abort.abort();
  await done;
  expect(rows).toHaveLength(361);
  expect(rows.at(-1)).toMatchObject({ state: 'up', outages: 6, outage_s: 420, uptime_pct: 88.333 });
  expect(rows.at(-1)!.since).toBe('2026-01-02T03:56:10.000Z');
  expect(rows.filter(({ state }) => state === 'down')).toHaveLength(42);
  // while it is down the outage grows with the rounds
  expect(rows[35]).toMatchObject({ state: 'down', outages: 1, outage_s: 50, since: '2026-01-02T03:05:00.000Z' });
});

test('one that hangs delays no other', async () => {
  const clock = virtualClock();
  const hanging = target(clock, '192.0.2.1', () => null);
  const quick = Array.from({ length: 199 }, (_, index) => target(clock, `192.0.2.${(index % 250) + 2}`, () => 3));
  const { rows, abort, done } = begin(clock, [hanging, ...quick], { timeoutMs: 60_000, count: 3 });
  await clock.pass(65_000);
  abort.abort();
  await done;
  for (const { sent } of quick)
    expect(sent).toEqual([0, 10, 20, 30, 40, 50, 60].flatMap((second) => [second, second + 1, second + 2]));
  // its only whole round ends with its last probe's time
  const late = rows.filter(({ target: name }) => name === '192.0.2.1');
  expect(late.map(({ cameAt, state }) => [cameAt, state])).toEqual([[62, 'down']]);
  const others = rows.filter(({ target: name }) => name !== '192.0.2.1');
  expect(others).toHaveLength(199 * 7);
  for (const { cameAt } of others) expect(cameAt % 10).toBeCloseTo(2.003, 6);
});

test('rounds that a target misses are not sent in a burst', async () => {
  const clock = virtualClock();
  const slow = target(clock, '192.0.2.1', (second) => (second === 10 ? null : 5));
  const { abort, done } = begin(clock, [slow], { timeoutMs: 35_000 });
  await clock.pass(75_000);
  abort.abort();
  await done;
  expect(slow.sent).toEqual([0, 10, 50, 60, 70]);
});

describe('the end', () => {
  test('without --every there is one round', async () => {
    const clock = virtualClock();
    const { rows, done } = begin(clock, [target(clock, '192.0.2.1', () => 5)], { everyMs: null });
    await clock.pass(20_000);
    await done;
    expect(rows).toHaveLength(1);
  });

  test('the duration ends it, and the round that is cut short says nothing', async () => {
    const clock = virtualClock();
    const hangsLater = target(clock, '192.0.2.1', (second) => (second >= 20 ? null : 5));
    const { rows, done } = begin(clock, [hangsLater], { durationMs: 21_000 });
    await clock.pass(60_000);
    await done;
    expect([hangsLater.sent, rows.map(({ state }) => state)]).toEqual([
      [0, 10, 20],
      ['up', 'up'],
    ]);
  });

  test('an interrupt ends it at once', async () => {
    const clock = virtualClock();
    const targets = [target(clock, '192.0.2.1', () => null), target(clock, '192.0.2.2', () => 5)];
    const { rows, abort, done } = begin(clock, targets, { timeoutMs: 100_000 });
    await clock.pass(500);
    abort.abort();
    await done;
    expect(rows.map(({ target: name }) => name)).toEqual(['192.0.2.2']);
  });

  test('so does a reader who has had enough', async () => {
    const clock = virtualClock();
    const endless = target(clock, '192.0.2.1', () => 5);
    const run = runProbes([endless], PLAN, clock, new AbortController().signal);
    const first = run.next();
    await clock.pass(100);
    expect((await first).done).toBe(false);
    await run.return(undefined);
    await clock.pass(HOUR);
    expect(endless.sent).toEqual([0]);
  });
});

test('a state that cannot be told is neither up nor down', async () => {
  const clock = virtualClock();
  const forbidden = target(clock, '192.0.2.1', (second) => (second < 30 ? undefined : 5));
  const { rows, abort, done } = begin(clock, [forbidden]);
  await clock.pass(50_500);
  abort.abort();
  await done;
  expect(rows[1]).toMatchObject({ state: 'unknown', ok: null, uptime_pct: null, sent: 0, loss_pct: null });
  expect(rows.at(-1)).toMatchObject({ state: 'up', uptime_pct: 100, outages: 0, since: '2026-01-02T03:00:30.000Z' });
});

test('at moments of the wall clock all targets begin together', async () => {
  const clock = virtualClock();
  const targets = ['192.0.2.1', '192.0.2.2'].map((name) => target(clock, name, () => 5));
  const next = (after: number): number => (Math.floor(after / 60_000) + 1) * 60_000;
  const { abort, done } = begin(clock, targets, { everyMs: null, next });
  await clock.pass(185_000);
  abort.abort();
  await done;
  for (const { sent } of targets) expect(sent).toEqual([60, 120, 180]);
});

test('a tunnel is compared with what is beside it, round by round, though one is slower', async () => {
  const clock = virtualClock();
  const via = target(clock, '192.0.2.1', (second) => (second === 20 ? null : 50));
  const direct = target(clock, '192.0.2.2', () => 5);
  const pair = { via: via.target, direct: direct.target };
  const { rows, done } = begin(clock, [via, direct], { pair, durationMs: 35_000 });
  await clock.pass(40_000);
  await done;
  expect(rows.map((row) => [row.target, row.direct, row.overhead_ms, row.overhead_loss_pct])).toEqual(
    [45, 45, null, 45].flatMap((ms) => [
      ['192.0.2.2', null, null, null],
      ['192.0.2.1', '192.0.2.2', ms, ms === null ? 100 : 0],
    ]),
  );
});

test('what waits for a match is printed at the end without one', async () => {
  const clock = virtualClock();
  const via = target(clock, '192.0.2.1', () => 50);
  const direct = target(clock, '192.0.2.2', () => null);
  const pair = { via: via.target, direct: direct.target };
  const { rows, done } = begin(clock, [via, direct], { pair, durationMs: 1000 });
  await clock.pass(5000);
  await done;
  expect(rows.map((row) => [row.target, row.overhead_ms])).toEqual([['192.0.2.1', null]]);
});

test('the way is looked at after each round: changes are counted, and what its interface carried', async () => {
  const clock = virtualClock();
  const one = target(clock, '192.0.2.1', () => 5);
  const ours = ['10.0.0.1', '10.0.0.1', '10.0.0.2', null, '10.0.0.1'];
  let carried = 0;
  const pathTo = async () => {
    const localAddr = ours.shift() ?? null;
    carried += 1000;
    return { localAddr, iface: localAddr === null ? null : 'eth0', rxBytes: carried, txBytes: 2 * carried };
  };
  const { rows, done } = begin(clock, [one], { durationMs: 45_000, pathTo });
  await clock.pass(50_000);
  await done;
  expect(
    rows.map((row) => [row.local_addr, row.path_changes, row.iface, row.iface_rx_rate, row.iface_tx_rate]),
  ).toEqual([
    ['10.0.0.1', 0, 'eth0', null, null],
    ['10.0.0.1', 0, 'eth0', 100, 200],
    ['10.0.0.2', 1, 'eth0', 100, 200],
    [null, 1, null, null, null],
    ['10.0.0.1', 2, 'eth0', null, null],
  ]);
});
