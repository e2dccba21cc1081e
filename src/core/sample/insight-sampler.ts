import type { FlowOwners } from '../connection/flow-owners.ts';
import { EXIT, Failure, messageOf } from '../failure.ts';
import { type Found, InsightEngine } from '../insight/insight-engine.ts';
import type { Observation } from '../insight/observation.ts';
import { observedSections, statisticsFor } from '../insight/observed-statistics.ts';
import type { OwnConnections } from '../insight/own-connections.ts';
import { RecentStreams, WINDOW_S } from '../insight/recent-streams.ts';
import type { Rule } from '../insight/rule.ts';
import type { ThresholdSettings } from '../insight/thresholds.ts';
import { type Instant, instantOf } from '../instant.ts';
import type { Limit } from '../limit.ts';
import { openInterfaceRates } from '../network/interface-rates.ts';
import type { PacketFeed } from '../packet/packet-feed.ts';
import type { Section } from '../record/table.ts';
import type { ConversationRow } from '../record/tables/conversation.ts';
import type { HandshakeRow } from '../record/tables/handshake.ts';
import type { ProbeRow } from '../record/tables/probe.ts';
import { gather, restWhenOver, type Slices, takeSteps } from '../slices.ts';
import type { ServiceOf } from '../socket/conn-row.ts';
import type { StatisticName } from '../stats/names.ts';
import { StatisticsOfRun } from '../stats/run.ts';
import type { Reading } from '../system/platform.ts';
import type { Sensor } from '../system/sensor.ts';
import { Faults } from '../wire/faults.ts';
import type { Packet } from '../wire/packet.ts';
import type { CaptureRequest } from './capture-request.ts';
import { ClockJumps } from './clock-jumps.ts';
import {
  type ConnectionRequest,
  type ConnectionSampler,
  openConnectionSampler,
  PLAIN_CONNECTIONS,
} from './connection-sampler.ts';
import type { Place } from './surroundings.ts';

/** Which rules look at the machine, and at what. */
export interface InsightSampling {
  readonly rules: readonly Rule[];
  readonly thresholds: ThresholdSettings;
  readonly serviceOf: ServiceOf;
  /** What to capture meanwhile; null for nothing. */
  readonly packets: CaptureRequest | null;
  /** Whether a run without packets is none. Otherwise it is a limit that they cannot be captured. */
  readonly demandsPackets: boolean;
  /** Asks the targets that are probed, at each look but the first, or tells of no round; null for none. */
  readonly probe: (() => Promise<readonly ProbeRow[]>) | null;
  /** Connections that the probes open, which rules are not told of; null without such. */
  readonly own: OwnConnections | null;
  /** What is told of all that rules are told, and of some statistics more; null for nobody. */
  readonly witness: Witness | null;
  /** Is given what is captured, before the first packet, to listen to it too. */
  readonly listen?: NonNullable<ConnectionRequest['listen']>;
  /** How long it works at once; absent for as long as it takes. */
  readonly slices?: Slices | null;
  /** As in ConnectionRequest. */
  readonly outlivesPrivileges?: boolean;
  readonly readsPeers?: boolean;
}

/** Somebody besides the rules. */
export interface Witness {
  /** The statistics that it reads as they are. */
  readonly statistics: readonly StatisticName[];
  ingest(observation: Observation): void;
  /** Their rows may be read more than once. */
  ingestSections(sections: readonly Section[]): void;
}

/** What follows from a look and from those before it. */
export interface InsightLook extends Found {
  readonly limits: readonly Limit[];
}

/** What a glance reads besides the interfaces. */
export interface Glanced {
  readonly connections: boolean;
  readonly statistics: boolean;
}

/** The rules over a machine, look after look. */
export interface InsightSampler {
  look(at: Instant): Promise<InsightLook>;
  /** Reads little, for the witness: rules hear of records that come once each, and of all else at the next look. */
  glance(at: Instant, what: Glanced): Promise<readonly Limit[]>;
  /** Replaces the filter of the capture, as that of a Sensor; null where it cannot, and without packets. */
  readonly refilter: Sensor['refilter'];
  readonly captured: ConnectionSampler['captured'];
  readonly owned: ConnectionSampler['owned'];
  /** Ends it; `told` is called with what threw, before the counts of the capture are reported. */
  close(told: (faults: Faults) => void): Promise<void>;
}

/** Begins to watch. Rejects with a Failure 64, 66, 69 or 77 where packets are demanded. */
export async function openInsightSampler(place: Place, asked: InsightSampling): Promise<InsightSampler> {
  const { platform, clock } = place;
  const { witness, own, slices = null } = asked;
  const faults = new Faults();
  const engine = new InsightEngine(asked.rules, asked.thresholds, faults, WINDOW_S);
  const rates = openInterfaceRates();
  let captured: { readonly run: StatisticsOfRun; readonly feed: PacketFeed } | null = null;
  const listen = (feed: PacketFeed, owners: FlowOwners): void => {
    const options = { bucketMs: 1000, owners, communityIds: false };
    const names = new Set([...statisticsFor(engine.reads), ...(witness?.statistics ?? [])]);
    const run = new StatisticsOfRun([...names], options, feed.dissector);
    const judges = engine.packetListeners().map((judge) => (own === null ? judge : unlessOwn(judge, own)));
    feed.listen(...run.listeners, ...judges);
    feed.listenToHeld(...run.heldListeners);
    asked.listen?.(feed, owners);
    captured = { run, feed };
  };
  const { sampler, limits: missing } = await openConnections(place, asked, listen);

  const tell = async (observation: Observation, at: number): Promise<void> => {
    await takeSteps(engine.ingesting(own?.without(observation) ?? observation, at), slices);
    witness?.ingest(observation);
    await restWhenOver(slices);
  };
  const handshakes = new RecentStreams<HandshakeRow>();
  const conversations = new RecentStreams<ConversationRow>();
  const recent = (one: Observation, now: number): Observation => {
    if (one.type === 'handshake') return { type: one.type, value: handshakes.take(one.value, now) };
    return one.type === 'conversation' ? { type: one.type, value: conversations.take(one.value, now) } : one;
  };
  const read = async <T>(reading: Promise<Reading<T>>, into: Limit[]): Promise<readonly T[]> => {
    const { rows, limits } = await reading;
    into.push(...limits);
    return rows;
  };
  const noteJump = (at: Instant): void => {
    const jump = jumps.take(at);
    if (jump === 0) return;
    engine.clockJumped(jump);
    handshakes.clockJumped(jump);
    conversations.clockJumped(jump);
  };
  const takeStatistics = async (now: number): Promise<void> => {
    if (captured === null) return;
    const { run, feed } = captured;
    slices?.begin();
    const sections = await feed.halt(async () => {
      const all: Section[] = [];
      for (const one of run.fresh(feed.reader, null, now)) all.push({ ...one, rows: await gather(one.rows, slices) });
      return all;
    });
    witness?.ingestSections(sections);
    for (const one of observedSections(sections)) {
      if (Array.isArray(one.value)) await tell(recent(one, now), now);
      else {
        engine.ingest(one, now);
        witness?.ingest(one);
        if (slices?.isOver() === true) await restWhenOver(slices);
      }
    }
  };
  /** Now, `begun` being the time of `at`: rates are wrong where what is read late counts as of when the look began. */
  const laterThan = (at: Instant, begun: number): Instant => {
    const since = clock.monotonic() - begun;
    return instantOf({ at: Date.parse(at.time) + since, monotonic: at.monotonicMs + since });
  };
  const readInterfaces = async (at: Instant, into: Limit[]): Promise<Observation> => {
    const rows = await read(platform.readInterfaces(), into);
    sampler.noteInterfaces(rows);
    return { type: 'iface', value: rates.ingest(rows, at) };
  };
  let looks = 0;
  const jumps = new ClockJumps();
  return {
    async glance(at, { connections, statistics }) {
      noteJump(at);
      const begun = clock.monotonic();
      if (statistics) await takeStatistics(Date.parse(at.time) / 1000);
      const limits = [...missing];
      if (connections) {
        const found = await sampler.look(laterThan(at, begun));
        limits.push(...found.limits);
        const value = await gather(found.rows(), slices);
        witness?.ingest({ type: 'conn', value });
        await restWhenOver(slices);
        limits.push(...sampler.goOn());
      }
      witness?.ingest(await readInterfaces(laterThan(at, begun), limits));
      return limits;
    },
    async look(at) {
      const now = Date.parse(at.time) / 1000;
      noteJump(at);
      const begun = clock.monotonic();
      const limits = [...missing];
      // the first look is the beginning: nobody waits for answers there
      const probes = looks++ === 0 ? null : (asked.probe?.() ?? null);
      // before the sockets are read: then the flows that are over are forgotten
      await takeStatistics(now);
      const connections = await sampler.look(laterThan(at, begun));
      limits.push(...connections.limits);
      await tell({ type: 'conn', value: await gather(connections.rows(), slices) }, now);
      await tell(await readInterfaces(laterThan(at, begun), limits), now);
      if (engine.reads.has('neighbor'))
        await tell({ type: 'neighbor', value: await read(platform.readNeighbors(), limits) }, now);
      if (engine.reads.has('route'))
        await tell({ type: 'route', value: await read(platform.readRoutes(), limits) }, now);
      if (engine.reads.has('dns_server'))
        await tell({ type: 'dns_server', value: await read(platform.readDnsServers(), limits) }, now);
      if (engine.reads.has('counter'))
        await tell({ type: 'counter', value: await read(platform.readCounters(), limits) }, now);
      const round = (await probes) ?? [];
      // no round has ended since the look before: what the last one told still holds
      if (round.length > 0) await tell({ type: 'probe', value: round }, now);
      limits.push(...sampler.goOn());
      return { ...(await takeSteps(engine.finding(now, at.time), slices)), limits };
    },
    refilter: sampler.refilter,
    captured: sampler.captured,
    owned: sampler.owned,
    async close(told) {
      await sampler.close(told);
      told(faults);
    },
  };
}

const unlessOwn =
  (judge: (packet: Packet) => void, own: OwnConnections) =>
  (packet: Packet): void => {
    if (!own.hasPacket(packet)) judge(packet);
  };

/** The sampler of the connections, with packets where they can be had. */
async function openConnections(
  place: Place,
  { packets, demandsPackets, serviceOf, slices, outlivesPrivileges = false, readsPeers = false }: InsightSampling,
  listen: NonNullable<ConnectionRequest['listen']>,
): Promise<{ readonly sampler: ConnectionSampler; readonly limits: readonly Limit[] }> {
  const request: ConnectionRequest = {
    ...PLAIN_CONNECTIONS,
    serviceOf,
    communityIds: false,
    repeats: true,
    traces: packets?.traces ?? 'refused',
    packets,
    listen,
    slices: slices ?? null,
    outlivesPrivileges,
    readsPeers,
  };
  try {
    return { sampler: await openConnectionSampler(place, request), limits: [] };
  } catch (error) {
    if (demandsPackets || packets === null || !isUnavailable(error)) throw error;
    const sampler = await openConnectionSampler(place, { ...request, packets: null });
    return { sampler, limits: [{ what: 'packets', why: messageOf(error), remedy: (error as Failure).hint }] };
  }
}

const isUnavailable = (error: unknown): boolean =>
  error instanceof Failure && (error.exit === EXIT.noPermission || error.exit === EXIT.unavailable);
