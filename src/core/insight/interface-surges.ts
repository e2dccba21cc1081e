import type { IfaceKind, IfaceRow } from '../record/tables/iface.ts';
import { type RateLimits, RateWatch, type Surge } from './rate-watch.ts';
import type { Shared } from './shared.ts';

/** More interfaces are not watched. */
const MOST_INTERFACES = 1000;

/** Links of the machine. What is stacked on them, and what is inside the machine, would tell of the same traffic again. */
const LINKS: ReadonlySet<IfaceKind> = new Set<IfaceKind>(['ethernet', 'wifi', 'ppp', 'infiniband']);
const WAYS = ['rx', 'tx'] as const;
export type Way = (typeof WAYS)[number];

interface Watched {
  readonly index: number;
  readonly watches: Readonly<Record<Way, RateWatch>>;
  /** As it was at the last look. */
  row: IfaceRow;
}

/** One way of an interface, and when it carried far more than before. */
export interface InterfaceSurge {
  readonly row: IfaceRow;
  readonly way: Way;
  readonly surge: Surge;
}

/** The rates of interfaces, each way against its own baseline: one sample for each look. */
export class InterfaceSurges {
  private readonly limits: RateLimits;
  private readonly shared: Shared;
  private watched = new Map<string, Watched>();
  private lastAt = Number.NaN;

  constructor(limits: RateLimits, shared: Shared) {
    this.limits = limits;
    this.shared = shared;
  }

  take(rows: readonly IfaceRow[], at: number): void {
    const next = new Map<string, Watched>();
    for (const row of rows) {
      if (next.size === MOST_INTERFACES) break;
      if (!LINKS.has(row.kind) && row.default_route === null) continue;
      const before = this.watched.get(row.name);
      const one = before?.index === row.index ? before : this.open(row);
      one.row = row;
      next.set(row.name, one);
      for (const way of WAYS) {
        const bytes = row[`${way}_rate`];
        const packets = row[`${way}_packet_rate`];
        const seconds = at - this.lastAt;
        if (bytes !== null && packets !== null && seconds > 0) {
          one.watches[way].take(this.lastAt, seconds, bytes, packets);
        }
      }
    }
    this.watched = next;
    this.lastAt = at;
  }

  /** Rates are measured by a clock that does not jump; only when they were is told by the other. */
  clockJumped(by: number): void {
    this.lastAt += by;
  }

  *at(at: number): Iterable<InterfaceSurge> {
    for (const { row, watches } of this.watched.values()) {
      for (const way of WAYS) {
        const surge = watches[way].surgeAt(at);
        if (surge !== null) yield { row, way, surge };
      }
    }
  }

  private open(row: IfaceRow): Watched {
    const watch = (): RateWatch => new RateWatch(this.limits, this.shared);
    return { index: row.index, watches: { rx: watch(), tx: watch() }, row };
  }
}
