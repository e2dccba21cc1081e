import type { CounterRow } from '../record/tables/counter.ts';
import { MovingStart } from './moving-start.ts';

type Values = ReadonlyMap<string, number>;

/** Some counters of the kernel, as they are now and by how much they grew. */
export class CounterGrowth {
  private readonly names: ReadonlySet<string>;
  private start: MovingStart<Values> | null = null;
  private last: Values = new Map();
  private lastAt = Number.NaN;

  constructor(names: readonly string[]) {
    this.names = new Set(names);
  }

  take(rows: readonly CounterRow[], at: number): void {
    this.last = new Map(rows.filter(({ name }) => this.names.has(name)).map(({ name, value }) => [name, value]));
    this.lastAt = at;
    if (this.start === null) this.start = new MovingStart(this.last, at);
    else this.start.take(this.last, at);
  }

  clockJumped(by: number): void {
    this.start?.clockJumped(by);
  }

  /** Null for a counter that is not there. */
  now(name: string): number | null {
    return this.last.get(name) ?? null;
  }

  /** 0 for a counter that was not there at either look, or that began anew. */
  grown(name: string): number {
    const from = this.start?.value.get(name);
    const to = this.last.get(name);
    return from === undefined || to === undefined ? 0 : Math.max(0, to - from);
  }

  /** The time over which they grew: `in 10s`. */
  timeText(): string {
    return this.start?.timeText(this.lastAt) ?? '';
  }
}
