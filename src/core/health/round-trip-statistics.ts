import { percentile } from '../percentile.ts';

/** Times to answers, as mtr names them; each is null where there are too few. In milliseconds. */
export interface RoundTripStatistics {
  readonly min: number | null;
  readonly avg: number | null;
  readonly max: number | null;
  /** Of a sample: over n - 1, as mtr. */
  readonly stddev: number | null;
  /** Mean of the differences between one time and the next: mtr's Javg. */
  readonly jitter: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
}

/** Statistics of the times of a round, in the order in which the probes were sent. */
export function roundTripStatistics(times: readonly number[]): RoundTripStatistics {
  const n = times.length;
  if (n === 0) return { min: null, avg: null, max: null, stddev: null, jitter: null, p50: null, p95: null };
  const sorted = Float64Array.from(times).sort();
  const avg = times.reduce((sum, time) => sum + time, 0) / n;
  const squares = times.reduce((sum, time) => sum + (time - avg) ** 2, 0);
  let steps = 0;
  for (let index = 1; index < n; index++) steps += Math.abs(times[index]! - times[index - 1]!);
  return {
    min: micros(sorted[0]!),
    avg: micros(avg),
    max: micros(sorted[n - 1]!),
    stddev: n < 2 ? null : micros(Math.sqrt(squares / (n - 1))),
    jitter: n < 2 ? null : micros(steps / (n - 1)),
    p50: micros(percentile(sorted, 50)),
    p95: micros(percentile(sorted, 95)),
  };
}

/** Clocks tell no more than microseconds of what passes a network. */
function micros(millis: number): number {
  return Math.round(millis * 1e3) / 1e3;
}
