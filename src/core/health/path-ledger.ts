/** The way to a target at one instant. */
export interface PathFacts {
  /** Our address on it. */
  readonly localAddr: string | null;
  /** The interface that has the address, and what it has carried. */
  readonly iface: string | null;
  readonly rxBytes: number | null;
  readonly txBytes: number | null;
}

/** What a round adds to what is known of the way. */
export interface PathEntry {
  /** How often our address on it, or theirs, changed so far. */
  readonly changes: number;
  /** Bytes per second that the interface carried since the round before; null where that is not known. */
  readonly rxRate: number | null;
  readonly txRate: number | null;
}

/** Follows the way to one target over a run. What is unknown is no change. */
export class PathLedger {
  private local: string | null = null;
  private remote: string | null = null;
  private changes = 0;
  private last: { readonly facts: PathFacts; readonly at: number } | null = null;

  /** The way in a round, and the address that was asked; `at` is in milliseconds of a clock that never jumps. */
  take(facts: PathFacts, remote: string | null, at: number): PathEntry {
    const { localAddr } = facts;
    const isOther = differs(this.local, localAddr) || differs(this.remote, remote);
    this.local = localAddr ?? this.local;
    this.remote = remote ?? this.remote;
    if (isOther) this.changes++;
    const { last } = this;
    this.last = { facts, at };
    const seconds = last === null || last.facts.iface !== facts.iface ? 0 : (at - last.at) / 1000;
    return {
      changes: this.changes,
      rxRate: rate(last?.facts.rxBytes ?? null, facts.rxBytes, seconds),
      txRate: rate(last?.facts.txBytes ?? null, facts.txBytes, seconds),
    };
  }
}

const differs = (before: string | null, now: string | null): boolean =>
  before !== null && now !== null && before !== now;

/** A counter that went back belongs to a device that was made anew. */
function rate(before: number | null, now: number | null, seconds: number): number | null {
  if (before === null || now === null || seconds <= 0 || now < before) return null;
  return Math.round((10 * (now - before)) / seconds) / 10;
}
