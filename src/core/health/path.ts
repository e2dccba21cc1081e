import type { HopRow } from '../record/tables/hop.ts';
import { roundTripStatistics } from './round-trip-statistics.ts';

/** As many hops as traceroute and mtr look for. */
export const MOST_HOPS = 30;
const MOST_ADDRESSES = 16;

/** What became of a probe that was permitted so many hops. */
export interface HopAnswer {
  /** Milliseconds to what came back; null for nothing. */
  readonly millis: number | null;
  readonly from: string | null;
  /** target: it arrived; expired: a router on the way says it ended there; refused: one says that it goes no further. */
  readonly kind: 'target' | 'expired' | 'refused' | 'silent';
  readonly error: string | null;
}

interface Hop {
  sent: number;
  readonly times: number[];
  readonly addresses: Map<string, number>;
  error: string | null;
}

/** What probes with a limit of hops find of the path to a target. */
export class Path {
  private readonly hops: Hop[] = [];
  /** How many hops away the path ends: at the target, or where a router refuses; null when neither is known. */
  private end: { readonly at: number; readonly kind: 'target' | 'refused' } | null = null;

  /** Whether a probe with such a limit would tell nothing new. */
  isBeyond(limit: number): boolean {
    return limit > MOST_HOPS || (this.end !== null && limit > this.end.at);
  }

  /** Takes in what became of a probe. */
  ingest(limit: number, { millis, from, kind, error }: HopAnswer): void {
    while (this.hops.length < limit) this.hops.push({ sent: 0, times: [], addresses: new Map(), error: null });
    const hop = this.hops[limit - 1]!;
    hop.sent++;
    if (kind === 'target' || kind === 'refused') {
      if (this.end === null || limit <= this.end.at) this.end = { at: limit, kind };
    } else if (kind === 'expired' && this.end !== null && limit >= this.end.at) {
      this.end = null; // the path has become longer
    }
    if (kind === 'refused') hop.error = error;
    if (millis !== null) hop.times.push(millis);
    if (from === null) return;
    if (hop.addresses.size < MOST_ADDRESSES || hop.addresses.has(from)) {
      hop.addresses.set(from, (hop.addresses.get(from) ?? 0) + 1);
    }
  }

  /** How many hops away the target is; null while it was not reached. */
  distance(): number | null {
    return this.end?.kind === 'target' ? this.end.at : null;
  }

  /** The last hop that answered; 0 for none. */
  lastHeard(): number {
    return this.hops.findLastIndex(({ addresses }, index) => addresses.size > 0 && !this.isBeyond(index + 1)) + 1;
  }

  /** Who answered at a hop, most often. */
  addressAt(hop: number): string | null {
    return mostOften(this.hops[hop - 1]?.addresses);
  }

  /** What a hop says why probes go no further. */
  errorAt(hop: number): string | null {
    return this.hops[hop - 1]?.error ?? null;
  }

  /** A row for each hop up to the end, or up to the first that is silent with all after it. */
  rows(): readonly Omit<HopRow, 'time' | 'target'>[] {
    const shown = this.hops.slice(0, this.end?.at ?? this.lastHeard() + 1);
    return shown.map(({ sent, times, addresses, error }, index) => {
      const { min, avg, max, stddev } = roundTripStatistics(times);
      return {
        hop: index + 1,
        addr: mostOften(addresses),
        sent,
        received: times.length,
        loss_pct: sent === 0 ? null : Math.round((1e5 * (sent - times.length)) / sent) / 1e3,
        rtt_min_ms: min,
        rtt_avg_ms: avg,
        rtt_max_ms: max,
        rtt_stddev_ms: stddev,
        error,
        addrs: [...addresses.keys()],
        geo_country: null,
        asn: null,
        as_org: null,
      };
    });
  }
}

function mostOften(addresses: ReadonlyMap<string, number> | undefined): string | null {
  let found: string | null = null;
  for (const [address, count] of addresses ?? []) {
    if (found === null || count > addresses!.get(found)!) found = address;
  }
  return found;
}
