import type { CounterRow } from '../record/tables/counter.ts';
import { RecentLooks } from './recent-looks.ts';

/** Some counters of the kernel, as they are now and by how much they grew in the last ten minutes. */
export class CounterGrowth {
  private readonly names: ReadonlySet<string>;
  private looks: RecentLooks<ReadonlyMap<string, number>> | null = null;

  constructor(names: readonly string[]) {
    this.names = new Set(names);
  }

  /** `at` is in seconds since 1970. */
  take(rows: readonly CounterRow[], at: number): void {
    const now = new Map(rows.filter(({ name }) => this.names.has(name)).map(({ name, value }) => [name, value]));
    if (this.looks === null) this.looks = new RecentLooks<ReadonlyMap<string, number>>(now, at);
    else this.looks.take(now, at);
  }

  /** Seconds in which they grew. */
  get seconds(): number {
    return this.looks?.seconds ?? 0;
  }

  /** Null for a counter that is not there. */
  now(name: string): number | null {
    return this.looks?.last.get(name) ?? null;
  }

  /** 0 for a counter that was not there at either look, or that began anew. */
  grown(name: string): number {
    const from = this.looks?.first.get(name);
    const to = this.looks?.last.get(name);
    return from === undefined || to === undefined ? 0 : Math.max(0, to - from);
  }
}
