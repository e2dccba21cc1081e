import { WINDOW_S } from './recent-streams.ts';

/** Looks are remembered this far apart. */
const APART_S = 60;

/** What was seen at the looks of the last ten minutes: the last one, and the first that it is compared with. */
export class RecentLooks<T> {
  /** The oldest first, and few of them. */
  private readonly kept: { readonly value: T; readonly at: number }[] = [];
  last: T;
  private lastAt: number;

  /** `at` is in seconds since 1970. */
  constructor(value: T, at: number) {
    this.kept.push({ value, at });
    this.last = value;
    this.lastAt = at;
  }

  take(value: T, at: number): void {
    // the one before this look stays, however long ago it was
    while (this.kept.length > 1 && at - this.kept[0]!.at > WINDOW_S) this.kept.shift();
    if (at - this.kept.at(-1)!.at >= APART_S) this.kept.push({ value, at });
    this.last = value;
    this.lastAt = at;
  }

  /** The look that the last one is compared with; the last one itself where it is the only one. */
  get first(): T {
    return this.kept[0]!.value;
  }

  /** Seconds between that look and the last one. */
  get seconds(): number {
    return this.lastAt - this.kept[0]!.at;
  }
}
