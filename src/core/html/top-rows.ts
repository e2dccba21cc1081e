import type { AnyRow } from '../record/table.ts';

/** Rows beyond those that are wanted, before they are sorted and cut. */
const SPARE_ROWS = 1000;

/** The first rows in an order, out of any number: no more than these are held. Of equal rows the earlier come first. */
export class TopRows {
  /** How many were added. */
  count = 0;
  private readonly most: number;
  private readonly compare: (a: AnyRow, b: AnyRow) => number;
  private kept: AnyRow[] = [];

  constructor(most: number, compare: (a: AnyRow, b: AnyRow) => number) {
    this.most = most;
    this.compare = compare;
  }

  add(row: AnyRow): void {
    this.count++;
    this.kept.push(row);
    if (this.kept.length > this.most + SPARE_ROWS) this.cut();
  }

  rows(): readonly AnyRow[] {
    this.cut();
    return this.kept;
  }

  private cut(): void {
    this.kept = this.kept.sort(this.compare).slice(0, this.most);
  }
}

/** The order in which the largest value of a field is first, and unknown ones are last. */
export function largest(field: string): (a: AnyRow, b: AnyRow) => number {
  const numberIn = (row: AnyRow): number => (row[field] as number | null) ?? Number.NEGATIVE_INFINITY;
  return (a, b) => {
    const [left, right] = [numberIn(a), numberIn(b)];
    return left === right ? 0 : right > left ? 1 : -1;
  };
}

/** The order in which they come. */
export const asTheyCome = (): number => 0;
