import { setMaxListeners } from 'node:events';
import { AnswerComparison } from '../health/messages/answer-comparison.ts';
import { Overhead } from '../health/overhead.ts';
import { type PathFacts, PathLedger } from '../health/path-ledger.ts';
import { probeRow } from '../health/probe-row.ts';
import type { Prober } from '../health/prober.ts';
import { probeRound, type RoundPlan, stateOf } from '../health/round.ts';
import { type NextMoment, rounds, scheduledRounds } from '../health/schedule.ts';
import type { Target } from '../health/target.ts';
import { TargetHealth } from '../health/target-health.ts';
import type { HopRow } from '../record/tables/hop.ts';
import type { ProbeRow } from '../record/tables/probe.ts';
import type { Clock } from '../system/clock.ts';

/** A target and the prober that asks it. */
export interface Probed {
  readonly target: Target;
  readonly prober: Prober;
}

/** When targets are asked, and what else is found out. */
export interface ProbeRunPlan extends RoundPlan {
  /** Milliseconds from the start of one round to the start of the next; null for one round. */
  readonly everyMs: number | null;
  /** When rounds begin, by the wall clock instead; null when no schedule is given. */
  readonly next: NextMoment | null;
  /** How long the run lasts; null for as long as it takes. */
  readonly durationMs: number | null;
  /** Finds the path to an address, for each round; null when it is not needed. */
  readonly pathTo: ((address: string) => Promise<PathFacts>) | null;
  /** A target behind a tunnel, and the one outside it that it is compared with. */
  readonly pair: { readonly via: Target; readonly direct: Target } | null;
}

/** Scheduled rounds that begin further apart than this are not compared. */
const TOGETHER_MS = 15_000;

/** What a round of one target found. */
export interface ProbeRound {
  readonly row: ProbeRow;
  /** The hops of a trace; empty for other kinds. */
  readonly hops: readonly HopRow[];
}

/**
 * Asks all targets in parallel, each on its own schedule, so that one that does not answer delays no other. Yields
 * rounds as they end; rounds that are ready at the same time come together.
 */
export async function* runProbes(
  targets: readonly Probed[],
  plan: ProbeRunPlan,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<readonly ProbeRound[]> {
  const over = new AbortController();
  // each target waits for it
  setMaxListeners(0, over.signal);
  const stop = (): void => over.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  if (plan.durationMs !== null) void clock.sleep(plan.durationMs, over.signal).then(stop);
  let rows: ProbeRow[] = [];
  const hopsOf = new WeakMap<ProbeRow, readonly HopRow[]>();
  let wake = (): void => {};
  let running = targets.length;
  const comparison = new AnswerComparison();
  const overhead = new Overhead(
    plan.everyMs !== null ? plan.everyMs / 2 : plan.next !== null ? TOGETHER_MS : Number.POSITIVE_INFINITY,
  );
  const ready = (target: Target, row: ProbeRow, at: number): readonly ProbeRow[] => {
    if (target === plan.pair?.via) return overhead.takeVia(row, at);
    return target === plan.pair?.direct ? overhead.takeDirect(row, at) : [row];
  };
  const watch = async ({ target, prober }: Probed): Promise<void> => {
    const health = new TargetHealth();
    const path = new PathLedger();
    let sinceTime: string | null = null;
    const begun =
      plan.next === null ? rounds(plan.everyMs, clock, over.signal) : scheduledRounds(plan.next, clock, over.signal);
    for await (const at of begun) {
      const time = new Date(clock.now()).toISOString();
      const replies = await probeRound(prober, plan, clock, over.signal);
      if (over.signal.aborted) return; // it was cut short: it says nothing
      const before = health.standing(at).state;
      health.ingest(stateOf(replies), at);
      const standing = health.standing(at);
      if (sinceTime === null || standing.state !== before) sinceTime = time;
      const row = probeRow(time, target, replies, prober.duplicates(), standing, sinceTime);
      const note = comparison.note(target, row);
      const noted = note === null ? row : { ...row, detail: `${row.detail}; ${note}` };
      const hops = prober.hops?.();
      if (hops !== undefined) {
        hopsOf.set(
          noted,
          hops.map((hop) => ({ time, target: target.text, ...hop })),
        );
      }
      if (plan.pathTo !== null) await addPath(noted, plan.pathTo, path, clock);
      rows.push(...ready(target, noted, at));
      wake();
    }
  };
  const all = targets.map((one) =>
    watch(one).finally(() => {
      running--;
      if (running === 0) rows.push(...overhead.rest());
      wake();
    }),
  );
  try {
    for (;;) {
      if (rows.length === 0 && running > 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (rows.length === 0) {
        if (running > 0) continue; // one ended, and had nothing more to say
        break;
      }
      const taken = rows;
      rows = [];
      yield taken.map((row) => ({ row, hops: hopsOf.get(row) ?? [] }));
    }
  } finally {
    // the reader of the records may have stopped
    stop();
    signal.removeEventListener('abort', stop);
    await Promise.all(all);
  }
}

const NO_PATH: PathFacts = { localAddr: null, iface: null, rxBytes: null, txBytes: null };

/** Adds what is known about the path to a target to its record. */
async function addPath(
  row: ProbeRow,
  pathTo: NonNullable<ProbeRunPlan['pathTo']>,
  ledger: PathLedger,
  clock: Clock,
): Promise<void> {
  const facts = row.addr === null ? NO_PATH : await pathTo(row.addr);
  const { changes, rxRate, txRate } = ledger.take(facts, row.addr, clock.monotonic());
  row.local_addr = facts.localAddr;
  row.path_changes = changes;
  row.iface = facts.iface;
  row.iface_rx_rate = rxRate;
  row.iface_tx_rate = txRate;
}
