import { KeptValues, rankOf } from '../percentile.ts';
import type { Measure } from './aggregate.ts';
import { formatFigure, type Threshold } from './answers.ts';

/** A number calculated from the values of a snapshot, of which there is at least one when it is asked for. */
export interface Figure {
  add(value: number): void;
  /** Whether its comparison holds. */
  holds(): boolean;
  /** What it is, in words of bounded length. */
  found(): string;
}

/** A sum, the least, the most, or the mean. */
export class PlainFigure implements Figure {
  private count = 0;
  private sum = 0;
  private least = Number.POSITIVE_INFINITY;
  private most = Number.NEGATIVE_INFINITY;
  private readonly threshold: Threshold;
  private readonly kind: Measure['kind'];

  constructor(threshold: Threshold, kind: Measure['kind']) {
    this.threshold = threshold;
    this.kind = kind;
  }

  add(value: number): void {
    this.count++;
    this.sum += value;
    this.least = Math.min(this.least, value);
    this.most = Math.max(this.most, value);
  }

  holds(): boolean {
    return this.threshold.holds(this.figure());
  }

  found(): string {
    return formatFigure(this.figure());
  }

  private figure(): number {
    switch (this.kind) {
      case 'sum':
        return this.sum;
      case 'min':
        return this.least;
      case 'max':
        return this.most;
      case 'avg':
        return this.sum / this.count;
    }
  }
}

/** Values that are kept so that a percentile can be named: 512 KiB. */
const MOST_KEPT = 65_536;

/** A percentile. Whether it is below, at or above a number is counted, so that nothing is lost with the values. */
export class PercentileFigure implements Figure {
  private below = 0;
  private equal = 0;
  private above = 0;
  private readonly kept: KeptValues;
  private readonly threshold: Threshold;
  private readonly percent: number;

  constructor(threshold: Threshold, percent: number, mostKept: number = MOST_KEPT) {
    this.threshold = threshold;
    this.percent = percent;
    this.kept = new KeptValues({ left: mostKept });
  }

  add(value: number): void {
    const { wanted } = this.threshold;
    if (value < wanted) this.below++;
    else if (value === wanted) this.equal++;
    else this.above++;
    this.kept.add(value);
  }

  holds(): boolean {
    const side = this.side();
    switch (this.threshold.relation) {
      case '<':
        return side < 0;
      case '<=':
        return side <= 0;
      case '>':
        return side > 0;
      case '>=':
        return side >= 0;
      case '==':
        return side === 0;
      case '!=':
        return side !== 0;
    }
  }

  found(): string {
    const value = this.kept.percentile(this.percent);
    if (value !== null) return formatFigure(value);
    const side = this.side();
    return `${side < 0 ? 'below ' : side > 0 ? 'above ' : ''}${formatFigure(this.threshold.wanted)}`;
  }

  /** Negative when the percentile is below the number compared with, 0 when it is that number. */
  private side(): number {
    const rank = rankOf(this.below + this.equal + this.above, this.percent);
    return rank <= this.below ? -1 : rank <= this.below + this.equal ? 0 : 1;
  }
}
