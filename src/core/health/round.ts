import type { ProbeState } from '../record/tables/probe.ts';
import type { Clock } from '../system/clock.ts';
import type { Prober, Reply } from './prober.ts';

/** What the engine asks of a clock. */
export type RoundClock = Pick<Clock, 'monotonic' | 'sleep'>;

export interface RoundPlan {
  /** Probes of a round. */
  readonly count: number;
  /** Between the starts of two. */
  readonly intervalMs: number;
  /** How long each is waited for. */
  readonly timeoutMs: number;
}

/**
 * Sends the probes of a round, the interval apart, whatever becomes of those before; the last replies are waited for.
 * Resolves with the replies in the order in which the probes were sent: fewer when `signal` aborts.
 */
export async function probeRound(
  prober: Prober,
  { count, intervalMs, timeoutMs }: RoundPlan,
  clock: RoundClock,
  signal: AbortSignal,
): Promise<readonly Reply[]> {
  const start = clock.monotonic();
  const replies: Promise<Reply>[] = [];
  for (let index = 0; index < count; index++) {
    if (index > 0) await clock.sleep(start + index * intervalMs - clock.monotonic(), signal);
    if (signal.aborted) break;
    replies.push(prober.send(timeoutMs, signal));
  }
  return Promise.all(replies);
}

/** How a target is by the replies of a round: what could not be asked says nothing, unless nothing could. */
export function stateOf(replies: readonly Reply[]): ProbeState {
  const told = replies.filter(({ ok }) => ok !== null);
  if (told.length === 0) return 'unknown';
  const good = told.filter(({ ok }) => ok === true).length;
  return good === told.length ? 'up' : good > 0 ? 'degraded' : 'down';
}
