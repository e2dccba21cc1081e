/** Counts how often the path to a target changed: our address on it, or theirs. What is unknown is no change. */
export class PathChanges {
  private local: string | null = null;
  private remote: string | null = null;
  private changes = 0;

  /** The addresses of a round; returns how many changes there were so far. */
  take(local: string | null, remote: string | null): number {
    const isOther = differs(this.local, local) || differs(this.remote, remote);
    this.local = local ?? this.local;
    this.remote = remote ?? this.remote;
    if (isOther) this.changes++;
    return this.changes;
  }
}

const differs = (before: string | null, now: string | null): boolean =>
  before !== null && now !== null && before !== now;
