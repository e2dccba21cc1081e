import { type HopAnswer, MOST_HOPS, Path } from '../../core/health/path.ts';
import type { Prober, Reply } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { EchoReply, EchoSocket } from '../../core/system/platform.ts';
import { noRequests, openRequests } from './open-requests.ts';
import { type ProberOptions, reply } from './prober-options.ts';
import { type Resolved, resolveHost } from './resolve-host.ts';

/**
 * Milliseconds between requests, because hosts limit how often they answer; if all were sent at once, the target would
 * be asked 30 times.
 */
const GAP_MS = 20;
/** The share of a probe's time within which all requests are sent. */
const SENDING_SHARE = 0.4;

/**
 * Asks each hop of the path once, in parallel; the probes of a round add up, as with mtr. The time is that of the
 * target, and it is ok when the target is reached.
 */
export function openTraceProber({ host }: Target, { platform, clock }: ProberOptions): Prober {
  let path = new Path();
  return {
    async send(timeoutMs, signal): Promise<Reply> {
      const start = clock.monotonic();
      let resolved: Resolved;
      try {
        resolved = await resolveHost(host, clock, timeoutMs);
      } catch (error) {
        return reply({ ok: false, detail: (error as Error).message });
      }
      const { addr, millis } = resolved;
      const socket = openRequests(platform, resolved);
      if (socket === null) return reply({ ok: null, detail: noRequests(platform), addr });
      const rttMs = await askHops(socket, resolved, path, clock, timeoutMs - (clock.monotonic() - start), signal);
      const distance = path.distance();
      const findings = { method: socket.method, dns_ms: millis, hops: distance ?? path.lastHeard() };
      if (signal.aborted && rttMs === null) return reply({ ok: false, detail: 'interrupted', addr, findings });
      if (distance === null) return reply({ ok: false, detail: endOf(path), addr, findings });
      const reached = `reached in ${distance} ${distance === 1 ? 'hop' : 'hops'}`;
      if (rttMs === null) return reply({ ok: false, detail: 'no answer of the target', addr, findings });
      return reply({ ok: true, detail: reached, rttMs, addr, findings });
    },
    duplicates: () => null,
    hops() {
      const rows = path.rows();
      path = new Path(); // by the next round it may be another
      return rows;
    },
    close() {},
  };
}

/** Resolves with the milliseconds to the target, or null, when all have answered or the time is over. */
async function askHops(
  socket: EchoSocket,
  { addr, zoneIndex }: Resolved,
  path: Path,
  clock: Clock,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<number | null> {
  const start = clock.monotonic();
  const gap = Math.min(GAP_MS, (timeoutMs * SENDING_SHARE) / MOST_HOPS);
  const asked: Promise<void>[] = [];
  let rttMs: number | null = null;
  let nearest = MOST_HOPS + 1;
  for (let ttl = 1; !path.isBeyond(ttl) && !signal.aborted; ttl++) {
    const left = timeoutMs - (clock.monotonic() - start);
    if (left <= 0) break;
    const one = socket.send(addr, zoneIndex, left, signal, { ttl }).then((answer) => {
      if (signal.aborted && answer.rttMs === null) return;
      const found = hopAnswer(answer, addr);
      path.ingest(ttl, found);
      if (found.kind !== 'target' || ttl >= nearest) return;
      nearest = ttl;
      rttMs = found.millis;
    });
    asked.push(one);
    await clock.sleep(gap);
  }
  await Promise.all(asked);
  // a longer limit reaches the target, too: its time is that of the hop where it is
  return nearest === path.distance() ? rttMs : null;
}

function hopAnswer({ rttMs, error, errorMs, from, cause }: EchoReply, target: string): HopAnswer {
  if (rttMs !== null) return { millis: rttMs, from: from ?? target, kind: 'target', error: null };
  if (cause === 'expired') return { millis: errorMs, from, kind: 'expired', error: null };
  if (error !== null) return { millis: errorMs, from, kind: 'refused', error };
  return { millis: null, from: null, kind: 'silent', error: null };
}

/** Where the path ends if it does not reach its target. */
function endOf(path: Path): string {
  const last = path.lastHeard();
  for (let hop = 1; hop <= MOST_HOPS; hop++) {
    const error = path.errorAt(hop);
    if (error !== null) {
      const by = path.addressAt(hop);
      return by === null ? error : `not reached: hop ${hop}, ${by}, says ${error}`;
    }
  }
  if (last === MOST_HOPS) return `not reached within ${MOST_HOPS} hops`;
  return last === 0 ? 'not reached: no hop answers' : `not reached: silence after hop ${last}, ${path.addressAt(last)}`;
}
