import type { Finding } from './finding.ts';
import type { Sequence } from './sequence.ts';

const EVERY_ROUNDS = 16;
/** Caches are full by then. */
const FIRST_ROUNDS = 32;
const MOST_GROWTH = 256 * 1024 * 1024;

/** Looks whether what is kept from one input to the next grows: nothing may be. */
export class MemoryWatch {
  private base: number | null = null;
  private readonly sequences: readonly Sequence[];

  constructor(sequences: readonly Sequence[]) {
    this.sequences = sequences;
  }

  look(round: number): Finding | null {
    if (round < FIRST_ROUNDS || round % EVERY_ROUNDS !== 0) return null;
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    const used = heapUsed + external;
    this.base ??= used;
    if (used - this.base < MOST_GROWTH) return null;
    const grown = used - this.base;
    this.base = used;
    const [largest] = this.sequences.toSorted((one, other) => other.inputs - one.inputs);
    return largest!.lost(
      largest!.inputs - 1,
      `memory grew by ${Math.round(grown / 1024 / 1024)} MiB in ${round} rounds`,
    );
  }
}
