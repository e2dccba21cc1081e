import type { Shared } from './shared.ts';

/** The weight of a sample in the baseline: half of it is of the last 14 samples. */
const WEIGHT = 0.05;

/** What decides whether a rate is unusual. */
export interface RateLimits {
  /** How many times the mean, and how many mean absolute deviations above it. */
  readonly times: number;
  readonly deviations: number;
  /** Rates a second below which nothing is unusual; one of them is enough. */
  readonly bytes: number;
  readonly packets: number;
  /** For how many seconds, and in how many samples, it must last. */
  readonly seconds: number;
  readonly samples: number;
  /** Seconds and samples that make a baseline first. */
  readonly knownSeconds: number;
  readonly knownSamples: number;
  /** Seconds after which the new rate is the usual one. */
  readonly adaptSeconds: number;
}

/** A time of rates far above the baseline. */
export interface Surge {
  /** In seconds since 1970. */
  readonly from: number;
  seconds: number;
  samples: number;
  bytes: number;
  packets: number;
  /** Whether it lasted so long that it is the usual rate since. */
  isUsual: boolean;
  /** Of the baseline before it, a second. */
  readonly usualBytes: number;
  readonly usualPackets: number;
}

/** An exponentially weighted mean, and the mean distance of the samples from it. */
class Average {
  mean = 0;
  deviation = 0;

  take(value: number, weight: number): void {
    this.mean += weight * (value - this.mean);
    this.deviation += weight * (Math.abs(value - this.mean) - this.deviation);
  }

  /** The same for so many samples of 0. */
  takeZeros(count: number): void {
    const kept = (1 - WEIGHT) ** count;
    this.deviation = kept * (this.deviation + count * WEIGHT * this.mean);
    this.mean *= kept;
  }

  isExceeded(value: number, { times, deviations }: RateLimits): boolean {
    return value >= times * this.mean && value >= this.mean + deviations * this.deviation;
  }
}

/** Watches a rate in bytes and packets, sample by sample, for times when it is far above what it was until then. */
export class RateWatch {
  private readonly limits: RateLimits;
  private bytes = new Average();
  private packets = new Average();
  private samples = 0;
  private known = 0;
  private current: Surge | null = null;
  private greatest: Surge | null = null;
  private readonly shared: Shared;

  constructor(limits: RateLimits, shared: Shared) {
    this.limits = limits;
    this.shared = shared;
  }

  /** Rates a second over the `seconds` from `from` on. */
  take(from: number, seconds: number, bytes: number, packets: number): void {
    if (this.isUnusual(bytes, packets)) {
      this.goOn(from, seconds, bytes, packets);
      return;
    }
    this.current = null;
    this.samples++;
    this.known += seconds;
    // as many samples as there are make a plain mean first
    const weight = Math.max(WEIGHT, 1 / this.samples);
    this.bytes.take(bytes, weight);
    this.packets.take(packets, weight);
  }

  /** So many samples of a second without any packet. */
  takeSilence(seconds: number): void {
    this.current = null;
    this.samples += seconds;
    this.known += seconds;
    this.bytes.takeZeros(seconds);
    this.packets.takeZeros(seconds);
  }

  /** What comes is not to be compared with what was. A surge that began at `since` or later was none. */
  beginAnew(since: number): void {
    this.bytes = new Average();
    this.packets = new Average();
    this.samples = 0;
    this.known = 0;
    this.current = null;
    if (this.greatest !== null && this.greatest.from >= since) this.greatest = null;
  }

  /** The greatest surge that is not over at `at`. */
  surgeAt(at: number): Surge | null {
    const { greatest } = this;
    return greatest === null || this.shared.isOver(endOf(greatest), at) ? null : greatest;
  }

  private isUnusual(bytes: number, packets: number): boolean {
    const { limits } = this;
    return (
      this.known >= limits.knownSeconds &&
      this.samples >= limits.knownSamples &&
      ((bytes >= limits.bytes && this.bytes.isExceeded(bytes, limits)) ||
        (packets >= limits.packets && this.packets.isExceeded(packets, limits)))
    );
  }

  private goOn(from: number, seconds: number, bytes: number, packets: number): void {
    const { limits, greatest } = this;
    const usual = { usualBytes: this.bytes.mean, usualPackets: this.packets.mean };
    this.current ??= { from, seconds: 0, samples: 0, bytes: 0, packets: 0, isUsual: false, ...usual };
    const { current } = this;
    current.seconds += seconds;
    current.samples++;
    current.bytes += bytes * seconds;
    current.packets += packets * seconds;
    const lasts = current.seconds >= limits.seconds && current.samples >= limits.samples;
    if (lasts && (greatest === null || current.bytes > greatest.bytes || this.shared.isOver(endOf(greatest), from))) {
      this.greatest = current;
    }
    if (current.seconds < limits.adaptSeconds) return;
    current.isUsual = true;
    this.bytes = new Average();
    this.packets = new Average();
    this.bytes.take(current.bytes / current.seconds, 1);
    this.packets.take(current.packets / current.seconds, 1);
    this.samples = limits.knownSamples;
    this.current = null;
  }
}

export const endOf = ({ from, seconds }: Surge): number => from + seconds;
