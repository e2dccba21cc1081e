import { EXIT, Failure } from '../../../core/failure.ts';
import { RULES } from '../../../core/insight/all-rules.ts';
import type { Observation } from '../../../core/insight/observation.ts';
import type { OwnConnections } from '../../../core/insight/own-connections.ts';
import { ThresholdSettings } from '../../../core/insight/thresholds.ts';
import type { Limit } from '../../../core/limit.ts';
import type { Section } from '../../../core/record/table.ts';
import { type HandshakeRow, handshake, handshakeHistogram } from '../../../core/record/tables/handshake.ts';
import type { IfaceRow } from '../../../core/record/tables/iface.ts';
import type { HostRow } from '../../../core/record/tables/network-config.ts';
import type { ProbeRow } from '../../../core/record/tables/probe.ts';
import { PLAIN_CAPTURE } from '../../../core/sample/capture-request.ts';
import {
  type InsightLook,
  type InsightSampler,
  type InsightSampling,
  openInsightSampler,
} from '../../../core/sample/insight-sampler.ts';
import { readNetwork } from '../../../core/sample/network-sampler.ts';
import type { Place } from '../../../core/sample/surroundings.ts';
import { instantNow } from '../../../core/system/instant-now.ts';
import type { Faults } from '../../../core/wire/faults.ts';
import { readServices } from '../../../platform/machine/services.ts';
import type { ModelRequest } from '../../insights/model-options.ts';
import { openProbes } from '../../insights/probe-targets.ts';
import type { Machine } from '../model/machine.ts';
import type { TabName } from '../model/model.ts';
import { HandshakeMemory } from './handshake-memory.ts';
import { MachineHistory } from './machine-history.ts';
import { ScreenModel } from './screen-model.ts';
import { SHOWN_STATISTICS } from './shown-statistics.ts';
import { slicesOfTime } from './slices-of-time.ts';
import { needsOf } from './tab-needs.ts';

/** What is sampled, and how often. */
export interface FeedRequest {
  readonly refreshMs: number;
  readonly tab: TabName;
  /** The interfaces that are captured; null for all. */
  readonly devices: readonly string[] | null;
  readonly bpf: string | null;
  readonly probes: boolean;
  readonly packets: boolean;
  /** Is given what is captured, before the first packet of each capture. */
  readonly listen: NonNullable<InsightSampling['listen']>;
  /** How a model is asked for its comment; null for none. */
  readonly model: ModelRequest | null;
}

/** The samplers of the screen at work. */
export interface MachineFeed {
  /** Looks again at once. */
  refresh(): void;
  /** Another tab is shown: what it needs is read at once, and from then on. */
  show(tab: TabName): void;
  /**
   * Captures with another filter, empty for all packets. Resolves to whether the capture began anew for it: what was
   * captured before is not in it. Rejects with a Failure; then the old one goes on.
   */
  recapture(bpf: string): Promise<boolean>;
  /** The same, and asks the model. */
  analyse(): void;
  /** Ends it; resolves when everything is closed. */
  close(told: (faults: Faults) => void): Promise<void>;
}

/**
 * The rules look, and what seldom changes is read, so often; the looks between read what the tab needs. All of it at each
 * look took 2.5 % of a core, with 16 sockets.
 */
const WHOLE_MS = 5000;

/** The handshakes among the records. */
const timed = (sections: readonly Section[]): readonly HandshakeRow[] =>
  sections.filter(({ table }) => table === handshake).flatMap(({ rows }) => [...rows] as unknown as HandshakeRow[]);

/** What grants a command more grants it to the screen, as root: it opens what it needs, and becomes somebody else. */
const grantedHere = (limit: Limit): Limit =>
  limit.remedy === 'sudo netwatch conns' || (limit.what === 'ICMP echo' && process.getuid?.() !== 0)
    ? { ...limit, remedy: 'sudo netwatch watch' }
    : limit;

/** Targets are probed, and the name of the machine is read, so often. */
const PROBE_MS = 5000;
const HOST_MS = 10_000;

/**
 * Begins to look at the machine every `refreshMs`, and gives each look to `publish`. Rejects with a Failure when it cannot
 * begin; what goes wrong later is given to `failed`.
 */
export async function openMachineFeed(
  place: Place,
  asked: FeedRequest,
  publish: (machine: Machine) => Promise<void> | void,
  failed: (error: unknown) => void,
): Promise<MachineFeed> {
  const { platform, clock } = place;
  const over = new AbortController();
  const history = new MachineHistory();
  const handshakes = new HandshakeMemory();
  // a prober says the same in each round
  const probeLimits = new Map<string, Limit>();
  const model = asked.model === null ? null : new ScreenModel(asked.model, clock);
  const probes = asked.probes
    ? await openProbes(place, (limits) => {
        for (const limit of limits) probeLimits.set(limit.what, limit);
      })
    : null;
  let fresh: readonly ProbeRow[] = [];
  let wholeIsDue = Number.NEGATIVE_INFINITY;
  let interfaces: string | null = null;
  /** Routes and neighbours go with an interface, and packets: where one changed, all is read at the next look. */
  const noteInterfaces = (rows: readonly IfaceRow[]): void => {
    const now = JSON.stringify(rows.map(({ index, name, state, ipv4, ipv6 }) => [index, name, state, ipv4, ipv6]));
    if (interfaces !== null && now !== interfaces) wholeIsDue = Number.NEGATIVE_INFINITY;
    interfaces = now;
  };
  const openSampler = (bpf: string | null, demandsPackets: boolean): Promise<InsightSampler> =>
    openInsightSampler(place, {
      rules: RULES,
      thresholds: ThresholdSettings.usual,
      serviceOf: readServices(platform.host),
      packets: asked.packets
        ? {
            ...PLAIN_CAPTURE,
            devices: asked.devices,
            bpf: bpf ?? PLAIN_CAPTURE.bpf,
            promiscuous: false,
            refilters: true,
          }
        : null,
      demandsPackets,
      own: probes?.own ?? null,
      // the rules are told of the rounds that ended since the look before
      probe: async () => {
        const rows = fresh;
        fresh = [];
        return rows;
      },
      witness: {
        statistics: [...new Set([...SHOWN_STATISTICS, ...(model === null ? [] : model.statistics)])],
        ingest(observation) {
          history.ingest(probes === null ? observation : marked(observation, probes.own), clock.now());
          model?.ingest(observation);
          if (observation.type === 'iface') noteInterfaces(observation.value);
        },
        ingestSections(sections) {
          history.ingestSections(
            sections.map((one) => (one.table === handshakeHistogram ? handshakes.histogram(timed(sections)) : one)),
          );
          model?.ingestSections(sections);
        },
      },
      listen: asked.listen,
      slices: slicesOfTime(clock),
    });
  let sampler = await openSampler(asked.bpf, asked.devices !== null || asked.bpf !== null);
  let wake = (): void => {};
  const pause = async (millis: number): Promise<void> => {
    if (over.signal.aborted) return;
    const woken = new AbortController();
    wake = () => woken.abort();
    over.signal.addEventListener('abort', wake, { once: true });
    await clock.sleep(millis, woken.signal);
    over.signal.removeEventListener('abort', wake);
  };

  let needs = needsOf(asked.tab);
  let whole: InsightLook = { rows: [], more: new Map(), limits: [] };
  let connectedAt = Number.NEGATIVE_INFINITY;
  const look = async (): Promise<void> => {
    const at = instantNow(clock);
    const used = sampler;
    let glanced: readonly Limit[] = [];
    // a look that is a little early waits for no other
    const soon = at.monotonicMs + asked.refreshMs / 2;
    const isWhole = soon >= wholeIsDue;
    const connections = isWhole || (needs.connectionsMs !== null && soon >= connectedAt + needs.connectionsMs);
    if (connections) connectedAt = at.monotonicMs;
    if (isWhole) {
      wholeIsDue = at.monotonicMs + WHOLE_MS;
      whole = await used.look(at);
    } else {
      glanced = await used.glance(at, { connections, statistics: needs.statistics });
    }
    if (over.signal.aborted || used !== sampler) return;
    const { rows, limits } = whole;
    const comments = model?.look(rows, at) ?? [];
    const all = [...limits, ...glanced, ...probeLimits.values()].map(grantedHere);
    await publish(history.finish(at, [...rows, ...comments], model?.status ?? null, all));
  };
  const lookWhole = (): void => {
    wholeIsDue = Number.NEGATIVE_INFINITY;
    wake();
  };
  let current: Promise<void> = Promise.resolve();
  const looking = (async () => {
    while (!over.signal.aborted) {
      const begun = clock.monotonic();
      current = look();
      await current;
      await pause(Math.max(1, asked.refreshMs - (clock.monotonic() - begun)));
    }
  })().catch(failed);
  const repeat = async (millis: number, act: () => Promise<void>): Promise<void> => {
    while (!over.signal.aborted) {
      await act();
      await clock.sleep(millis, over.signal);
    }
  };
  const probing =
    probes === null
      ? null
      : repeat(PROBE_MS, async () => {
          const rows = await probes.round();
          fresh = [...fresh, ...rows].slice(-1000);
          history.addRound(rows);
        }).catch(failed);
  const naming = repeat(HOST_MS, async () => {
    const { rows } = await readNetwork(platform, 'host');
    for (const row of rows) history.setHost(row as unknown as HostRow);
  }).catch(failed);

  return {
    refresh: lookWhole,
    show(tab) {
      const before = needs;
      needs = needsOf(tab);
      const isSooner = (needs.connectionsMs ?? Infinity) < (before.connectionsMs ?? Infinity);
      if (isSooner) connectedAt = Number.NEGATIVE_INFINITY;
      if (isSooner || (needs.statistics && !before.statistics)) wake();
    },
    async recapture(bpf) {
      if (sampler.refilter !== null) {
        await sampler.refilter(bpf);
        return false;
      }
      const next = await openSampler(bpf, true);
      const old = sampler;
      sampler = next;
      await current.catch(() => {});
      // what threw in it was told when it was there
      await old.close(() => {});
      lookWhole();
      return true;
    },
    analyse() {
      model?.askNow();
      lookWhole();
    },
    async close(told) {
      over.abort();
      model?.close();
      probes?.close();
      await looking;
      await Promise.all([naming, sampler.close(told).catch(unlessTold)]);
      void probing;
    },
  };
}

/** Connections that netwatch itself opened are its own, also where they ended before anybody saw whose they are. */
function marked(one: Observation, own: OwnConnections): Observation {
  if (one.type !== 'conn' || !one.value.some((row) => own.hasConn(row))) return one;
  const { pid } = process;
  return {
    type: one.type,
    value: one.value.map((row) => (own.hasConn(row) ? { ...row, pid, process: 'netwatch' } : row)),
  };
}

/** A capture that ended by itself (its interface is gone) was told when it did, and the rest of the screen went on. */
function unlessTold(error: unknown): void {
  if (!(error instanceof Failure && error.exit === EXIT.unavailable)) throw error;
}
