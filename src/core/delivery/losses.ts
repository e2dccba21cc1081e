/** Numbers of records that are missing, one after another, and why. */
interface Loss {
  readonly first: number;
  readonly last: number;
  readonly reason: string;
}

/** Records that are missing in a spool: as many entries as there are gaps between those that are there. */
export class Losses {
  private known: Loss[] = [];

  /** Adds records behind all that are known. */
  add(first: number, last: number, reason: string): void {
    const before = this.known.at(-1);
    if (before?.last === first - 1 && before.reason === reason) this.known[this.known.length - 1] = { ...before, last };
    else this.known.push({ first, last, reason });
  }

  /** All up to `last`, since `first`, are missing now for one reason; those of an earlier one are part of it. */
  merge(first: number, last: number, reason: string): void {
    this.known = [{ first, last, reason }, ...this.known.filter((loss) => loss.last > last)];
  }

  /** How many of these are known to be missing. */
  countIn(first: number, last: number): number {
    return this.known.reduce(
      (sum, one) => sum + Math.max(0, Math.min(last, one.last) - Math.max(first, one.first) + 1),
      0,
    );
  }

  /** Why the first of these is missing, of which it is known; null where it is not. */
  reasonIn(first: number, last: number): string | null {
    return this.known.find((one) => one.first <= last && one.last >= first)?.reason ?? null;
  }

  forget(upTo: number): void {
    this.known = this.known.filter(({ last }) => last > upTo);
  }
}
