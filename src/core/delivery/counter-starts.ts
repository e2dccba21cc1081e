import type { Labels } from '../output/exposition.ts';

/** Since when counters count: from one reading to the next one that grew fewer has begun anew, and so has one that appeared. */
export class CounterStarts {
  private before = new Map<string, { readonly value: number; readonly start: number }>();
  private now: typeof this.before = new Map();
  private last: number | null = null;

  /** `first` tells since when a counter counts that the first reading has. Times are in milliseconds since 1970. */
  constructor(private readonly first: (name: string) => number) {}

  /** Since when a counter of the reading that was taken `at` this time counts. */
  startOf(name: string, labels: Labels, value: number, at: number): number {
    const key = `${name} ${JSON.stringify(labels)}`;
    const known = this.before.get(key);
    const goesOn = known !== undefined && value >= known.value ? known.start : null;
    // a clock that was set must not put it behind its value
    const start = Math.min(at, goesOn ?? this.last ?? this.first(name));
    this.now.set(key, { value, start });
    return start;
  }

  /** The reading is over: of others than it had, nothing is kept. */
  turn(at: number): void {
    this.before = this.now;
    this.now = new Map();
    this.last = at;
  }
}
