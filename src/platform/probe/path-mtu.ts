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
import type { EchoReply } from '../../core/system/platform.ts';
import { type Deadline, openDeadline } from './deadline.ts';
import { noRequests, openRequests } from './open-requests.ts';
import { type ProberOptions, reply } from './prober-options.ts';
import { resolveWithin } from './resolve-host.ts';

/** A missing answer is waited for this many times as long as the answers that came, but never less than this. */
const PATIENCE = 4;
const LEAST_WAIT_MS = 100;

/**
 * Finds the largest IP packet that crosses the path unfragmented. The time is the shortest one to an answer during the
 * search. It is ok when the size was found, even if larger packets are silently dropped; detail then says so.
 */
export function openMtuProber({ host }: Target, { platform, clock }: ProberOptions): Prober {
  return {
    async send(timeoutMs, signal): Promise<Reply> {
      const deadline = openDeadline(clock, timeoutMs, signal);
      try {
        const resolved = await resolveWithin(deadline, host);
        const { addr, zoneIndex, millis } = resolved;
        const socket = openRequests(platform, resolved);
        if (socket === null) return reply({ ok: null, detail: noRequests(platform), addr });
        const family = addr.includes(':') ? 'ipv6' : 'ipv4';
        let rttMs: number | null = null;
        const probe: SizeProbe = {
          sideBySide: socket.method !== 'udp', // hosts limit how often they say that nobody listens
          isOver: () => deadline.signal.aborted,
          async ask(bytes) {
            const answer = await socket.send(addr, zoneIndex, waitFor(rttMs, deadline), deadline.signal, { bytes });
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
        return reply({ ...judge(found, FLOORS[family], deadline), rttMs, addr, findings });
      } catch (error) {
        return reply({ ok: false, detail: (error as Error).message });
      } finally {
        deadline.close();
      }
    },
    duplicates: () => null,
    close() {},
  };
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
