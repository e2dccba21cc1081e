import packageJson from '../../../../package.json' with { type: 'json' };
import { RULES } from '../../../core/insight/all-rules.ts';
import { OwnConnections } from '../../../core/insight/own-connections.ts';
import { StandingFindings } from '../../../core/insight/standing-findings.ts';
import { ThresholdSettings } from '../../../core/insight/thresholds.ts';
import type { Limit } from '../../../core/limit.ts';
import type { InsightRow } from '../../../core/record/tables/insight.ts';
import type { TunnelRow } from '../../../core/record/tables/tunnel.ts';
import { PLAIN_CAPTURE } from '../../../core/sample/capture-request.ts';
import { type InsightSampler, openInsightSampler } from '../../../core/sample/insight-sampler.ts';
import { type MultipathSampler, openMultipathSampler } from '../../../core/sample/multipath-sampler.ts';
import type { Place } from '../../../core/sample/surroundings.ts';
import { openTunnelSampler, type TunnelSampler } from '../../../core/sample/tunnel-sampler.ts';
import type { MultipathLook } from '../../../core/socket/multipath-sessions.ts';
import { instantNow } from '../../../core/system/instant-now.ts';
import type { Faults } from '../../../core/wire/faults.ts';
import { readServices } from '../../../platform/machine/services.ts';
import { STEP_MS } from './hour.ts';
import { LastHour } from './last-hour.ts';
import { MachineWitness } from './machine-witness.ts';
import { shownSessions } from './page-paths.ts';
import { ProbeDesk } from './probe-desk.ts';
import type { Sample } from './sample.ts';
import type { Shown } from './shown.ts';

/** A privilege for peers is kept only where there may be some: a device that comes later has none until the next start. */
async function hasWireguard({ platform }: Place): Promise<boolean> {
  const { rows } = await platform.readInterfaces();
  return rows.some(({ kind }) => kind === 'wireguard');
}

export interface StationRequest {
  /** Targets as they are typed. */
  readonly targets: readonly string[];
  readonly packets: boolean;
  /** Whether it goes on until it is interrupted; otherwise there is one sample. */
  readonly stands: boolean;
  readonly shown: Shown;
}

/** Milliseconds from one round of probes to the next. */
const PROBE_MS = 15_000;
/** Milliseconds between two looks of the rules, and the part of the time that these may take at most: 1/200. */
const RULES_MS = 60_000;
const SHARE = 200;

/** Reads the machine when it is asked, asks targets, and keeps an hour of what costs little. */
export class Station {
  readonly hour = new LastHour();
  private readonly standing = new StandingFindings();
  private readonly startedAt: number;
  private found: readonly InsightRow[] | null = null;
  private readonly limits = new Map<string, Limit>();
  private readAt = 0;
  private tookS = 0;
  private samples = 0;
  private failures = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private rulesDue = 0;
  private tunnels: readonly TunnelRow[] = [];
  private multipath: MultipathLook = { sessions: [], lost: 0 };
  private hasLooked = false;

  private constructor(
    private readonly place: Place,
    private readonly sampler: InsightSampler,
    private readonly witness: MachineWitness,
    private readonly tunnelSampler: TunnelSampler,
    private readonly multipathSampler: MultipathSampler,
    private readonly probes: ProbeDesk | null,
    private readonly shown: Shown,
    private readonly sayLimits: (limits: readonly Limit[]) => void,
  ) {
    this.startedAt = place.clock.now() / 1000;
  }

  /**
   * Opens everything that needs a privilege; afterwards none is needed. Rejects with a Failure 64 for a target, and 66, 69 or 77
   * where packets are asked for.
   */
  static async open(
    place: Place,
    { targets, packets, stands, shown }: StationRequest,
    sayLimits: (limits: readonly Limit[]) => void,
  ): Promise<Station> {
    const own = new OwnConnections();
    const desk =
      targets.length === 0 ? null : await ProbeDesk.open(place, targets, stands ? PROBE_MS : null, own, sayLimits);
    const witness = new MachineWitness(shown);
    try {
      const sampler = await openInsightSampler(place, {
        rules: RULES,
        thresholds: ThresholdSettings.usual,
        serviceOf: readServices(place.platform.host),
        packets: packets ? { ...PLAIN_CAPTURE, promiscuous: false, outlives: true } : null,
        demandsPackets: true,
        probe: desk === null ? null : async () => desk.takeFresh(),
        own,
        witness,
        outlivesPrivileges: stands,
        readsPeers: stands && (await hasWireguard(place)),
      });
      const tunnels = openTunnelSampler(sampler.owned);
      return new Station(
        place,
        sampler,
        witness,
        tunnels,
        openMultipathSampler(place.platform),
        desk,
        shown,
        sayLimits,
      );
    } catch (error) {
      desk?.close();
      throw error;
    }
  }

  /** Asks each target once. */
  async askOnce(): Promise<void> {
    await this.probes?.ask(() => {});
  }

  /**
   * Asks targets and keeps the hour until the signal of the place aborts. `fault` is told why something could not be read. Rejects
   * when nothing could be read for a minute: who started netwatch may start it anew.
   */
  async watch(fault: (error: unknown) => void): Promise<void> {
    const { clock, signal } = this.place;
    const rounds = this.probes
      ?.ask((row) => this.hour.takeRound(this.shown.probe(row), clock.monotonic()))
      .catch(fault);
    for (let failed = 0; !signal.aborted; await clock.sleep(STEP_MS, signal)) {
      try {
        await this.inTurn(() => this.step());
        failed = 0;
      } catch (error) {
        fault(error);
        if (++failed === MOST_FAILED) throw error;
      }
    }
    await rounds;
  }

  /** Reads connections and interfaces now. Rejects when that fails. */
  async read(): Promise<Sample> {
    const begun = this.place.clock.monotonic();
    try {
      await this.inTurn(async () => {
        this.meet(await this.sampler.glance(instantNow(this.place.clock), CONNECTIONS));
        // who listens looks at them every 15 seconds
        if (!this.hasLooked) await this.lookAtSessions();
      });
    } catch (error) {
      this.failures++;
      throw error;
    }
    this.samples++;
    this.tookS = (this.place.clock.monotonic() - begun) / 1000;
    this.readAt = this.place.clock.now() / 1000;
    return this.last();
  }

  /** What is known, without a look at the machine. */
  last(): Sample {
    const { rss } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    return {
      conns: this.witness.conns,
      interfaces: this.witness.interfaces,
      tunnels: this.tunnels,
      multipath: this.multipath,
      probes: this.probes?.rows().map(this.shown.probe) ?? [],
      probesRepeat: this.probes?.isRepeated ?? false,
      findings: this.found,
      captured: this.sampler.captured(),
      limits: [...this.limits.values()].map(this.shown.limit),
      push: null,
      health: {
        version: packageJson.version,
        node: process.versions.node,
        startedAt: this.startedAt,
        readAt: this.readAt,
        tookS: this.tookS,
        samples: this.samples,
        failures: this.failures,
        residentBytes: rss,
        cpuS: (user + system) / 1e6,
      },
    };
  }

  /** `told` is called with what threw. */
  async close(told: (faults: Faults) => void): Promise<void> {
    await this.turn;
    this.probes?.close();
    this.tunnelSampler.close();
    this.multipathSampler.close();
    await this.sampler.close(told);
  }

  /** The hour goes on: interfaces each time, and what the rules find once a minute or less often. */
  private async step(): Promise<void> {
    const { clock } = this.place;
    const begun = clock.monotonic();
    if (begun >= this.rulesDue) {
      const at = instantNow(clock);
      const isFirst = this.rulesDue === 0;
      const { rows, limits } = await this.sampler.look(at);
      this.meet(limits);
      if (!isFirst) this.found = this.standing.take(rows, at.time, true).rows.map(this.shown.finding);
      this.rulesDue =
        begun + (isFirst ? STEP_MS : Math.max(RULES_MS, (clock.monotonic() - begun) * SHARE)) - STEP_MS / 2;
    } else this.meet(await this.sampler.glance(instantNow(clock), INTERFACES));
    await this.lookAtSessions();
    this.hour.takeInterfaces(this.witness.interfaces, clock.monotonic());
    this.hour.takeFindings(this.found, clock.monotonic());
  }

  /** Tunnels and MPTCP sessions as they are now. */
  private async lookAtSessions(): Promise<void> {
    const { clock } = this.place;
    const { rows, limits } = await this.tunnelSampler.look(instantNow(clock));
    this.meet(limits);
    this.tunnels = rows.map(this.shown.tunnel);
    const { sessions, lost } = await this.multipathSampler.look(instantNow(clock));
    this.multipath = { sessions: sessions.map(this.shown.session), lost };
    this.hasLooked = true;
    this.hour.takeTunnels(this.tunnels, clock.monotonic());
    this.hour.takePaths(shownSessions(this.multipath), clock.monotonic());
  }

  private meet(limits: readonly Limit[]): void {
    this.sayLimits(limits);
    for (const one of limits) {
      const key = one.subject ?? `${one.what}: ${one.why}`;
      if (this.limits.size < MOST_KEPT || this.limits.has(key)) this.limits.set(key, one);
    }
  }

  /** The samplers are asked one thing after another. */
  private inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.turn.then(act);
    this.turn = result.catch(() => {});
    return result;
  }
}

const CONNECTIONS = { connections: true, statistics: true } as const;
const INTERFACES = { connections: false, statistics: false } as const;
const MOST_KEPT = 100;
/** Steps one after another: a minute. */
const MOST_FAILED = 4;
