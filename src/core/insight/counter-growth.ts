import type { CounterRow } from '../record/tables/counter.ts';

/** Some counters of the kernel, as they are now and by how much they grew since the first look. */
export class CounterGrowth {
  private readonly names: ReadonlySet<string>;
  private first: ReadonlyMap<string, number> | null = null;
  private last: ReadonlyMap<string, number> = new Map();

  constructor(names: readonly string[]) {
    this.names = new Set(names);
  }

  take(rows: readonly CounterRow[]): void {
    this.last = new Map(rows.filter(({ name }) => this.names.has(name)).map(({ name, value }) => [name, value]));
    this.first ??= this.last;
  }

  /** Null for a counter that is not there. */
  now(name: string): number | null {
    return this.last.get(name) ?? null;
  }

  /** 0 for a counter that was not there at either look, or that began anew. */
  grown(name: string): number {
    const from = this.first?.get(name);
    const to = this.last.get(name);
    return from === undefined || to === undefined ? 0 : Math.max(0, to - from);
  }
}
