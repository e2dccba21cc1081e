import type { ProbeRow } from '../record/tables/probe.ts';

interface Round {
  readonly row: ProbeRow;
  /** When it began, by a clock that never jumps. */
  readonly at: number;
}

/**
 * Compares the rounds of a target behind a tunnel with those of one beside it: the record of the first is held until the
 * second's round that began with it has ended, and then says how much more it took. Where rounds are missing, it says
 * nothing of that.
 */
export class Overhead {
  private held: Round | null = null;
  private direct: Round | null = null;

  /** Rounds belong together that began at most so many milliseconds apart. */
  constructor(private readonly toleranceMs: number) {}

  /** A round through the tunnel; returns the records that need not wait any more. */
  takeVia(row: ProbeRow, at: number): readonly ProbeRow[] {
    const ready = this.rest();
    const round = { row, at };
    if (this.direct === null || !this.areTogether(this.direct, round)) {
      this.held = round;
      return ready;
    }
    compare(row, this.direct.row);
    return [...ready, row];
  }

  /** A round beside it; returns the records that need not wait any more. */
  takeDirect(row: ProbeRow, at: number): readonly ProbeRow[] {
    const round = { row, at };
    this.direct = round;
    if (this.held === null) return [row];
    if (this.areTogether(this.held, round)) compare(this.held.row, row);
    // one that began later has its match still to come
    else if (this.held.at > at) return [row];
    return [row, ...this.rest()];
  }

  /** The record that is held, when nothing more comes. */
  rest(): readonly ProbeRow[] {
    const { held } = this;
    this.held = null;
    return held === null ? [] : [held.row];
  }

  private areTogether(a: Round, b: Round): boolean {
    return Math.abs(a.at - b.at) <= this.toleranceMs;
  }
}

function compare(row: ProbeRow, direct: ProbeRow): void {
  row.direct = direct.target;
  row.overhead_ms = difference(row.rtt_avg_ms, direct.rtt_avg_ms);
  row.overhead_loss_pct = difference(row.loss_pct, direct.loss_pct);
}

function difference(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.round((a - b) * 1e3) / 1e3;
}
