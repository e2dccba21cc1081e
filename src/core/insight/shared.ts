/** What several rules of one run need alike: what is worked out once, and when a finding is over. */
export class Shared {
  private readonly made = new Map<() => unknown, unknown>();
  private readonly lingerS: number;

  /** A finding leaves so many seconds after the last of what it was found in; of a capture, all of it is told at its end. */
  constructor(lingerS = Number.POSITIVE_INFINITY) {
    this.lingerS = lingerS;
  }

  /** What `make` makes: the same for all rules that ask with the same function. */
  of<T>(make: () => T): T {
    if (!this.made.has(make)) this.made.set(make, make());
    return this.made.get(make) as T;
  }

  /**
   * Whether what happened last at `last` is told no more at `at`, both in seconds since 1970. What seems to come later than
   * now by as much happened before the clock was set back.
   */
  isOver(last: number, at: number): boolean {
    return Math.abs(at - last) > this.lingerS;
  }
}
