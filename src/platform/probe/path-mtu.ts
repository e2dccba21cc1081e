import {
  FLOORS,
  type FoundMtu,
  LARGEST_PACKET,
  type SizeAnswer,
  type SizeProbe,
  searchMtu,
} from '../../core/health/mtu-search.ts';
import type { Findings, Prober, Reply } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import type { EchoReply, Platform } from '../../core/system/platform.ts';
import { askInTurn } from './ask-in-turn.ts';
import { type Deadline, openDeadline } from './deadline.ts';
import { noRequests, openRequests, requestFailure } from './open-requests.ts';
import type { ProberOptions } from './prober-options.ts';
import { failedReply, reply } from './reply.ts';
import { type Addresses, CannotAsk, type Resolved, resolveHost } from './resolve-host.ts';

/** A missing answer is waited for this many times as long as the answers that came, but never less than this. */
const PATIENCE = 4;
const LEAST_WAIT_MS = 100;

/**
 * Finds the largest IP packet that crosses the path unfragmented. The time is the shortest one to an answer during the
 * search. It is ok when the size was found, even if larger packets are silently dropped; detail then says so.
 */
export function openMtuProber(target: Target, { platform, clock }: ProberOptions): Prober {
  return {
    async send(timeoutMs, signal): Promise<Reply> {
      const deadline = openDeadline(clock, timeoutMs, signal);
      let addr: string | null = null;
      try {
        const addresses = await resolveHost(target, deadline);
        const { millis } = addresses;
        ({ addr } = addresses.all[0]);
        const { to, note } = await firstHeard(addresses, platform, deadline);
        ({ addr } = to);
        const socket = openRequests(platform, to);
        if (socket === null) return reply({ ok: null, detail: noRequests(platform), addr });
        const own = addr;
        let fault: CannotAsk | null = null;
        const family = addr.includes(':') ? 'ipv6' : 'ipv4';
        let rttMs: number | null = null;
        const probe: SizeProbe = {
          sideBySide: socket.method !== 'udp', // hosts limit how often they say that nobody listens
          isOver: () => deadline.signal.aborted,
          async ask(bytes) {
            const wait = waitFor(rttMs, deadline);
            const answer = await socket.send(own, to.zoneIndex, wait, deadline.signal, { bytes });
            fault ??= requestFailure(answer, to);
            if (answer.rttMs !== null) rttMs = Math.min(rttMs ?? answer.rttMs, answer.rttMs);
            return sizeAnswer(answer);
          },
        };
        const found = await searchMtu(FLOORS[family], probe);
        const findings: Findings = {
          method: socket.method,
          dns_ms: millis,
          mtu_bytes: found.isExact ? found.mtu : null,
        };
        if (fault !== null && found.mtu === null) throw fault;
        const judged = judge(found, FLOORS[family], deadline);
        return reply({ ...judged, detail: judged.detail + note, rttMs, addr, findings });
      } catch (error) {
        return failedReply(error, { addr });
      } finally {
        deadline.close();
      }
    },
    duplicates: () => null,
    close() {},
  };
}

/** The first address of a name that answers to a small packet; the only one is not asked for that. */
async function firstHeard(
  addresses: Addresses,
  platform: Platform,
  deadline: Deadline,
): Promise<{ readonly to: Resolved; readonly note: string }> {
  if (addresses.all.length === 1) return { to: addresses.all[0], note: '' };
  return askInTurn(addresses, deadline, async (to, within) => {
    const socket = openRequests(platform, to);
    if (socket === null) throw new CannotAsk(noRequests(platform));
    const bytes = FLOORS[to.addr.includes(':') ? 'ipv6' : 'ipv4'];
    const answer = await socket.send(to.addr, to.zoneIndex, within.left(), within.signal, { bytes });
    const failure = requestFailure(answer, to);
    if (failure !== null) throw failure;
    const { kind, error } = sizeAnswer(answer);
    if (kind === 'lost' || within.signal.aborted) throw new Error(within.why(`answer to ${bytes} bytes`));
    if (kind === 'refused') throw new Error(error ?? kind);
  });
}

function waitFor(rttMs: number | null, deadline: Deadline): number {
  const left = deadline.left();
  return rttMs === null ? left / 2 : Math.min(left, Math.max(LEAST_WAIT_MS, PATIENCE * rttMs));
}

function sizeAnswer({ rttMs, error, cause, mtu, from }: EchoReply): SizeAnswer {
  const kind = rttMs !== null ? 'passed' : cause === 'too_big' ? 'too_big' : error !== null ? 'refused' : 'lost';
  return { kind, mtu, from, error: from === null || error === null ? error : `${error}, says ${from}` };
}

function judge(found: FoundMtu, floor: number, deadline: Deadline): Pick<Reply, 'ok' | 'detail'> {
  const { mtu, isExact, from, isBlackHole, error } = found;
  if (mtu === null) {
    if (error !== null && error !== 'interrupted') return { ok: false, detail: error };
    if (!isBlackHole) return { ok: false, detail: deadline.why(`answer to ${floor} bytes`) };
    const untold = 'without ICMP echo it cannot be told of which size: netwatch doctor';
    return { ok: null, detail: `larger packets than ${floor} bytes vanish without a word, and ${untold}` };
  }
  if (!isExact) return { ok: null, detail: `at least ${mtu} bytes; ${deadline.why('end of the search')}` };
  if (isBlackHole) return { ok: true, detail: `${mtu} bytes; larger packets vanish without a word: a black hole` };
  if (mtu === LARGEST_PACKET) return { ok: true, detail: `${mtu} bytes: no IP packet is larger` };
  return { ok: true, detail: from === null ? `${mtu} bytes, as the interface here` : `${mtu} bytes, says ${from}` };
}
