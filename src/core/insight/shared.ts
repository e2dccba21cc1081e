/** What several rules of one run need alike, so that it is worked out once. */
export class Shared {
  private readonly made = new Map<() => unknown, unknown>();

  /** What `make` makes: the same for all rules that ask with the same function. */
  of<T>(make: () => T): T {
    if (!this.made.has(make)) this.made.set(make, make());
    return this.made.get(make) as T;
  }
}
