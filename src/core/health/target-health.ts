import type { ProbeState } from '../record/tables/probe.ts';

/** A time in which a target was down. */
export interface Outage {
  /** When the first round without an answer began, in milliseconds of a clock that never jumps. */
  readonly from: number;
  /** When the first round with an answer after it began; null while it lasts. */
  readonly to: number | null;
}

/** How one target does over a run. */
export interface Standing {
  readonly state: ProbeState;
  /** Since when, by the same clock. */
  readonly since: number;
  /** Share of the known time in which it was not down, 0 to 100; null when nothing is known. */
  readonly uptimePct: number | null;
  readonly outages: number;
  /** How long it was down, in seconds, up to now. */
  readonly outageS: number;
}

const MOST_OUTAGES = 1000;

/**
 * How a target does from round to round. A state lasts until the next round begins; time in which it is unknown counts
 * neither for nor against it. Time comes in, in milliseconds of a clock that never jumps.
 */
export class TargetHealth {
  /** The last outages, the oldest first. */
  readonly lastOutages: Outage[] = [];
  private state: ProbeState = 'unknown';
  private since = 0;
  private at = 0;
  private hasBegun = false;
  private outages = 0;
  private downMs = 0;
  private knownMs = 0;

  /** Takes in how a round that began at `at` went. */
  ingest(state: ProbeState, at: number): void {
    this.pass(at);
    if (!this.hasBegun || state !== this.state) this.change(state, at);
    this.hasBegun = true;
  }

  standing(now: number): Standing {
    this.pass(now);
    const { state, since, outages, downMs, knownMs } = this;
    const uptimePct =
      knownMs > 0 ? (100 * (knownMs - downMs)) / knownMs : state === 'unknown' ? null : state === 'down' ? 0 : 100;
    return { state, since, uptimePct, outages, outageS: downMs / 1000 };
  }

  private pass(now: number): void {
    const passed = Math.max(0, now - this.at);
    if (this.hasBegun && this.state !== 'unknown') this.knownMs += passed;
    if (this.hasBegun && this.state === 'down') this.downMs += passed;
    this.at = Math.max(this.at, now);
  }

  private change(state: ProbeState, at: number): void {
    if (this.state === 'down') {
      const last = this.lastOutages.pop();
      if (last !== undefined) this.lastOutages.push({ ...last, to: at });
    }
    if (state === 'down') {
      this.outages++;
      this.lastOutages.push({ from: at, to: null });
      if (this.lastOutages.length > MOST_OUTAGES) this.lastOutages.shift();
    }
    this.state = state;
    this.since = at;
  }
}
