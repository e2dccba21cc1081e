/**
 * A percentile by nearest rank: the least of the values that `percent` of 100 of them do not exceed; it is always one
 * of them. `sorted` is ascending and not empty; `percent` is above 0 and at most 100, to three decimals.
 */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  return sorted[rankOf(sorted.length, percent) - 1]!;
}

/** The rank of a percentile among so many values, from 1. Computed in whole numbers: 7 of 100 is the seventh. */
export function rankOf(count: number, percent: number): number {
  return Math.max(1, Math.ceil((Math.round(percent * 1000) * count) / 100_000));
}

/** Numbers that are kept for their percentiles: up to a limit, which several sets may share. */
export class KeptValues {
  private values = new Float64Array(4);
  private count = 0;
  private isWhole = true;
  private readonly room: Room;

  constructor(room: Room) {
    this.room = room;
  }

  add(value: number): void {
    if (!this.isWhole) return;
    if (this.room.left <= 0) {
      this.isWhole = false;
      this.room.left += this.count; // without the others, those that are kept say nothing
      this.values = new Float64Array(0);
      return;
    }
    this.room.left--;
    if (this.count === this.values.length) {
      const wider = new Float64Array(2 * this.count);
      wider.set(this.values);
      this.values = wider;
    }
    this.values[this.count++] = value;
  }

  /** By nearest rank; null without values, and when there was no room for all. */
  percentile(percent: number): number | null {
    if (!this.isWhole || this.count === 0) return null;
    return percentile(this.values.subarray(0, this.count).sort(), percent);
  }
}

/** How many values may still be kept. */
export interface Room {
  left: number;
}
