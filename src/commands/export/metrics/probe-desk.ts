import type { OwnConnections } from '../../../core/insight/own-connections.ts';
import type { Limit } from '../../../core/limit.ts';
import type { ProbeRow } from '../../../core/record/tables/probe.ts';
import type { ProbeSampler } from '../../../core/sample/probe-sampler.ts';
import type { Place } from '../../../core/sample/surroundings.ts';
import { openStandingProbes } from '../../context/standing-probes.ts';

/** The last round of each target. */
export class ProbeDesk {
  private readonly last = new Map<string, ProbeRow>();
  private fresh: ProbeRow[] = [];

  private constructor(
    private readonly sampler: ProbeSampler,
    readonly isRepeated: boolean,
  ) {}

  /**
   * Opens the targets that words name, to be asked each `everyMs`, or once where that is null. Rejects with a Failure 64. Call this
   * before privileges are given up: sockets of echo requests may need them.
   */
  static async open(
    place: Place,
    words: readonly string[],
    everyMs: number | null,
    own: OwnConnections,
    sayLimits: (limits: readonly Limit[]) => void,
  ): Promise<ProbeDesk> {
    const plan = { everyMs, followsPaths: everyMs !== null };
    const sampler = await openStandingProbes(place, words, plan, own, sayLimits);
    return new ProbeDesk(sampler, everyMs !== null);
  }

  /** Asks until the signal of the place aborts, or once; `told` is called with each round. */
  async ask(told: (row: ProbeRow) => void): Promise<void> {
    for await (const rounds of this.sampler.rounds()) {
      for (const { row } of rounds) {
        this.last.set(`${row.kind} ${row.target} ${row.host}`, row);
        this.fresh.push(row);
        told(row);
      }
    }
  }

  /** The last round of each target, in the order in which the first ones ended. */
  rows(): readonly ProbeRow[] {
    return [...this.last.values()];
  }

  /** Rounds that ended since the last call. */
  takeFresh(): readonly ProbeRow[] {
    const { fresh } = this;
    this.fresh = [];
    return fresh;
  }

  close(): void {
    this.sampler.close();
  }
}
