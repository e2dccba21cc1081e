/** A value, and how long ago it was. */
export interface Point {
  readonly agoMs: number;
  /** Null where it was not known: a picture has a gap there. */
  readonly value: number | null;
}

export const HOUR_MS = 3_600_000;
/** Milliseconds between two values. */
export const STEP_MS = 15_000;
const MOST_POINTS = HOUR_MS / STEP_MS;
/** Names that are kept, where nothing else is said; interfaces of containers come and go. */
const MOST_NAMES = 300;

interface Kept {
  readonly at: Float64Array;
  readonly values: Float64Array;
  count: number;
}

/** The last hour of values by name. Time is of the monotonic clock. */
export class HourOfValues {
  private readonly byName = new Map<string, Kept>();
  private readonly most: number;

  constructor(most = MOST_NAMES) {
    this.most = most;
  }

  add(name: string, at: number, value: number | null): void {
    let kept = this.byName.get(name);
    if (kept === undefined) {
      this.forget(at);
      if (this.byName.size >= this.most) return;
      kept = { at: new Float64Array(MOST_POINTS), values: new Float64Array(MOST_POINTS), count: 0 };
      this.byName.set(name, kept);
    }
    const place = kept.count++ % MOST_POINTS;
    kept.at[place] = at;
    kept.values[place] = value ?? Number.NaN;
  }

  /** The points of a name, the oldest first. */
  of(name: string, now: number): readonly Point[] {
    const kept = this.byName.get(name);
    if (kept === undefined) return [];
    const points: Point[] = [];
    for (let i = Math.max(0, kept.count - MOST_POINTS); i < kept.count; i++) {
      const place = i % MOST_POINTS;
      const agoMs = now - kept.at[place]!;
      const value = kept.values[place]!;
      if (agoMs <= HOUR_MS) points.push({ agoMs, value: Number.isNaN(value) ? null : value });
    }
    return points;
  }

  /** Lets go of names of which the last hour has no value. */
  private forget(now: number): void {
    for (const [name, { at, count }] of this.byName)
      if (now - at[(count - 1) % MOST_POINTS]! > HOUR_MS) this.byName.delete(name);
  }
}
