import { type HopAnswer, MOST_HOPS, Path } from '../../core/health/path.ts';
import type { Findings, Prober, Reply } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import type { EchoReply, EchoSocket } from '../../core/system/platform.ts';
import { askInTurn } from './ask-in-turn.ts';
import { type Deadline, openDeadline } from './deadline.ts';
import { noRequests, openRequests, requestFailure } from './open-requests.ts';
import type { ProberOptions } from './prober-options.ts';
import { failedReply, reply } from './reply.ts';
import { CannotAsk, type Resolved, resolveHost } from './resolve-host.ts';

/**
 * Milliseconds between requests, because hosts limit how often they answer; if all were sent at once, the target would
 * be asked 30 times.
 */
const GAP_MS = 20;
/** The share of a probe's time within which all requests are sent. */
const SENDING_SHARE = 0.4;

/** What became of a look at the path to one address. */
interface Look {
  readonly method: EchoSocket['method'];
  readonly path: Path;
}

/**
 * Asks each hop of the path once, in parallel; the probes of a round add up, as with mtr. The time is that of the
 * target, and it is ok when the target is reached. Of a name with several addresses the path to the first one that is reached
 * is shown, or else to the first one on whose path anybody answers.
 */
export function openTraceProber(target: Target, { platform, clock }: ProberOptions): Prober {
  let paths = new Map<string, Path>();
  let shown: string | null = null;
  return {
    async send(timeoutMs, signal): Promise<Reply> {
      const deadline = openDeadline(clock, timeoutMs, signal);
      const looks = new Map<string, Look>();
      let millis: number | null = null;
      let addr: string | null = null;
      const findingsOf = (of: string | null): Findings => {
        const look = of === null ? undefined : looks.get(of);
        if (look === undefined) return { dns_ms: millis };
        return { method: look.method, dns_ms: millis, hops: look.path.distance() ?? look.path.lastHeard() };
      };
      const ask = async (to: Resolved, within: Deadline, isHeard: () => void): Promise<number> => {
        const socket = openRequests(platform, to);
        if (socket === null) throw new CannotAsk(noRequests(platform));
        const path = paths.get(to.addr) ?? new Path();
        paths.set(to.addr, path);
        looks.set(to.addr, { method: socket.method, path });
        const { rttMs, fault } = await askHops(socket, to, path, within, isHeard);
        if (fault !== null && rttMs === null) throw fault;
        if (signal.aborted && rttMs === null) throw new Error('interrupted');
        if (path.distance() === null) throw new Error(endOf(path));
        if (rttMs === null) throw new Error('no answer of the target');
        return rttMs;
      };
      try {
        const addresses = await resolveHost(target, deadline);
        ({ millis } = addresses);
        ({ addr } = addresses.all[0]);
        const { to, value, note } = await askInTurn(addresses, deadline, ask);
        ({ addr } = to);
        const distance = looks.get(addr)!.path.distance()!;
        const detail = `reached in ${distance} ${distance === 1 ? 'hop' : 'hops'}${note}`;
        return reply({ ok: true, detail, rttMs: value, addr, findings: findingsOf(addr) });
      } catch (error) {
        const heard = [...looks].find(([, { path }]) => path.lastHeard() > 0)?.[0];
        addr = heard ?? addr;
        return failedReply(error, { addr, findings: findingsOf(addr) });
      } finally {
        shown = addr;
        deadline.close();
      }
    },
    duplicates: () => null,
    hops() {
      const rows = (shown === null ? undefined : paths.get(shown))?.rows() ?? [];
      paths = new Map(); // by the next round they may be others
      return rows;
    },
    close() {},
  };
}

/**
 * Resolves with the milliseconds to the target, or null, when all have answered or the time is over; and with why this
 * machine did not send, or null. Says when the target is reached.
 */
async function askHops(
  socket: EchoSocket,
  to: Resolved,
  path: Path,
  deadline: Deadline,
  isHeard: () => void,
): Promise<{ readonly rttMs: number | null; readonly fault: CannotAsk | null }> {
  const { clock, signal } = deadline;
  const { addr, zoneIndex } = to;
  const gap = Math.min(GAP_MS, (deadline.left() * SENDING_SHARE) / MOST_HOPS);
  const asked: Promise<void>[] = [];
  let rttMs: number | null = null;
  let fault: CannotAsk | null = null;
  let nearest = MOST_HOPS + 1;
  for (let ttl = 1; !path.isBeyond(ttl) && !signal.aborted; ttl++) {
    const left = deadline.left();
    if (left <= 0) break;
    const one = socket.send(addr, zoneIndex, left, signal, { ttl }).then((answer) => {
      if (signal.aborted && answer.rttMs === null) {
        // timers fire up to a millisecond early
        if (deadline.left() < 1) path.ingest(ttl, SILENT);
        return;
      }
      fault ??= requestFailure(answer, to);
      const found = hopAnswer(answer, addr);
      path.ingest(ttl, found);
      if (found.kind !== 'target' || ttl >= nearest) return;
      isHeard();
      nearest = ttl;
      rttMs = found.millis;
    });
    asked.push(one);
    await clock.sleep(gap);
  }
  await Promise.all(asked);
  // a longer limit reaches the target, too: its time is that of the hop where it is
  return { rttMs: nearest === path.distance() ? rttMs : null, fault };
}

const SILENT: HopAnswer = { millis: null, from: null, kind: 'silent', error: null };

function hopAnswer({ rttMs, error, errorMs, from, cause }: EchoReply, target: string): HopAnswer {
  if (rttMs !== null) return { millis: rttMs, from: from ?? target, kind: 'target', error: null };
  if (cause === 'expired') return { millis: errorMs, from, kind: 'expired', error: null };
  if (error !== null) return { millis: errorMs, from, kind: 'refused', error };
  return SILENT;
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
