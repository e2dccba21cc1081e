import { percentile } from '../../percentile.ts';
import type { ProbeState } from '../../record/tables/probe.ts';

/** What is kept of a round. */
export interface KeptRound {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly state: ProbeState;
  readonly sent: number;
  readonly received: number;
  readonly averageMs: number | null;
  readonly maxMs: number | null;
  /** Why it was down; null when it was not. */
  readonly why: string | null;
}

/** Rounds one after the other in which a target was down. */
export interface Outage {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly ms: number;
  readonly rounds: number;
  /** Whether a round is known that ended it. */
  readonly isOver: boolean;
  /** What the first of the rounds said. */
  readonly why: string | null;
}

/** A span of time, in milliseconds since 1970: from the first instant up to, and without, the second. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** How a target was in a span. */
export interface SpanSum {
  /** The rounds that began in the span. */
  readonly rounds: readonly KeptRound[];
  readonly knownMs: number;
  readonly downMs: number;
  /** The outages that began in the span. */
  readonly outages: number;
  /** The longest of these, even if it lasted past the end of the span. */
  readonly longestMs: number;
}

/** Rounds further apart than so many usual steps: some are missing between them, and nothing is known of that time. */
const MISSING_AFTER = 3;
const HOUR = 3_600_000;

/** Rounds of a target in order. The state of each lasts until the next, unless rounds are missing between the two. */
export class RoundTimeline {
  readonly rounds: readonly KeptRound[];
  /** When the state of each round ended. */
  private readonly ends: Float64Array;
  readonly outages: readonly Outage[];

  /** In any order. */
  constructor(rounds: readonly KeptRound[]) {
    this.rounds = rounds.toSorted((a, b) => a.at - b.at);
    this.ends = endsOf(this.rounds);
    this.outages = outagesOf(this.rounds, this.ends);
  }

  /** When each round began, and until when it says how the target was: no later where it says nothing. */
  *states(): Iterable<{ readonly at: number; readonly knownUntil: number }> {
    for (const [index, { at, state }] of this.rounds.entries())
      yield { at, knownUntil: state === 'unknown' ? at : this.ends[index]! };
  }

  /** When the last state ended. */
  get end(): number {
    return this.ends.at(-1) ?? 0;
  }

  sum({ from, until }: Span): SpanSum {
    const first = firstAt(this.rounds, from);
    const past = firstAt(this.rounds, until);
    let knownMs = 0;
    let downMs = 0;
    // of the rounds before, only the last may reach into the span
    for (let index = Math.max(0, first - 1); index < past; index++) {
      const { at, state } = this.rounds[index]!;
      const ms = Math.min(this.ends[index]!, until) - Math.max(at, from);
      if (state === 'unknown' || ms <= 0) continue;
      knownMs += ms;
      if (state === 'down') downMs += ms;
    }
    const begun = this.outages.slice(firstAt(this.outages, from), firstAt(this.outages, until));
    const longestMs = begun.reduce((most, { ms }) => Math.max(most, ms), 0);
    return { rounds: this.rounds.slice(first, past), knownMs, downMs, outages: begun.length, longestMs };
  }
}

export const hourOf = (at: number): number => Math.floor(at / HOUR) * HOUR;
export const hourAfter = (at: number): number => hourOf(at) + HOUR;

/** The index of the first that is not before `from`. */
function firstAt(sorted: readonly { readonly at: number }[], from: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]!.at < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

function endsOf(rounds: readonly KeptRound[]): Float64Array {
  const step = usualStep(rounds);
  return Float64Array.from(rounds, ({ at }, index) => {
    const next = rounds[index + 1]?.at;
    if (next !== undefined && next - at <= MISSING_AFTER * step) return next;
    // what comes after the last is only guessed, and makes no hour of its own
    return Math.min(at + step, hourAfter(at));
  });
}

/** The median time between two rounds; 0 for a single one, which then lasts no time. */
function usualStep(sorted: readonly KeptRound[]): number {
  if (sorted.length < 2) return 0;
  const steps = Float64Array.from(sorted.slice(1), ({ at }, index) => at - sorted[index]!.at).sort();
  return percentile(steps, 50);
}

/** Rounds in which it was down, one after the other without a time that is not known. */
function outagesOf(rounds: readonly KeptRound[], ends: Float64Array): readonly Outage[] {
  const outages: { -readonly [K in keyof Outage]: Outage[K] }[] = [];
  let isOut = false;
  for (const [index, { at, state, why }] of rounds.entries()) {
    const goesOn = rounds[index + 1]?.at === ends[index];
    if (state === 'down') {
      if (!isOut) outages.push({ at, ms: 0, rounds: 0, isOver: false, why });
      const outage = outages.at(-1)!;
      outage.ms += ends[index]! - at;
      outage.rounds++;
      const next = rounds[index + 1]?.state;
      outage.isOver = goesOn && next !== 'down' && next !== 'unknown';
    }
    isOut = state === 'down' && goesOn;
  }
  return outages;
}
