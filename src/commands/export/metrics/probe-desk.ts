import type { OwnConnections } from '../../../core/insight/own-connections.ts';
import type { Limit } from '../../../core/limit.ts';
import type { ProbeRow } from '../../../core/record/tables/probe.ts';
import { openProbeSampler, type ProbeSampler } from '../../../core/sample/probe-sampler.ts';
import { settleTargets, targetsOf } from '../../../core/sample/probe-targets.ts';
import { ROUND } from '../../../core/sample/round-defaults.ts';
import type { Place } from '../../../core/sample/surroundings.ts';
import { localAddressTo } from '../../../platform/probe/local-address.ts';
import { openProber } from '../../../platform/probe/open-prober.ts';

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
    const { platform, clock } = place;
    const targets = await settleTargets(await targetsOf(words, platform), platform);
    const plan = {
      ...ROUND,
      targets,
      pair: null,
      everyMs,
      next: null,
      durationMs: null,
      followsPaths: everyMs !== null,
    };
    for (const family of ['ipv4', 'ipv6'] as const) platform.openEcho(family);
    const sayLimit = (what: string, why: string, remedy: string | null): void => sayLimits([{ what, why, remedy }]);
    const sampler = await openProbeSampler(place, plan, {
      openProber: (target) => openProber(target, { platform, clock, sayLimit, own }),
      localAddressTo,
    });
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
