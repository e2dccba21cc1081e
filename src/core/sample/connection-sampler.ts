import type { FlowOwners } from '../connection/flow-owners.ts';
import type { Instant } from '../instant.ts';
import type { Limit } from '../limit.ts';
import type { LineForm } from '../output/json-line.ts';
import type { PacketFeed } from '../packet/packet-feed.ts';
import type { AnyRow, Section } from '../record/table.ts';
import type { ConnRow } from '../record/tables/conn.ts';
import type { ConnEventRow } from '../record/tables/conn-event.ts';
import type { CoverageRow } from '../record/tables/meta.ts';
import { restWhenOver, type Slices } from '../slices.ts';
import { compileConnLines } from '../socket/conn-lines.ts';
import type { ServiceOf } from '../socket/conn-row.ts';
import { openConnections } from '../socket/connections.ts';
import type { Socket, SocketReading } from '../socket/socket.ts';
import { instantNow } from '../system/instant-now.ts';
import type { InterfaceReading, SocketRequest } from '../system/platform.ts';
import type { Sensor } from '../system/sensor.ts';
import type { Faults } from '../wire/faults.ts';
import type { CaptureRequest } from './capture-request.ts';
import { openCoverageMeter } from './coverage-meter.ts';
import { type OwnedSockets, openOwnedSockets } from './owned-sockets.ts';
import type { PacketConnections } from './packet-connections.ts';
import { RATE_SAMPLE_MS } from './rate-sample.ts';
import type { Place } from './surroundings.ts';
import { type TraceWish, Tracing } from './tracing.ts';

/** What to sample from the connections of a machine. */
export interface ConnectionRequest {
  /** null for every protocol. */
  readonly protocols: ReadonlySet<Socket['proto']> | null;
  /** Whether command line, control group and container are read, which cost an open file for each process. */
  readonly processDetails: boolean;
  readonly serviceOf: ServiceOf;
  /** Whether rows need community_id. */
  readonly communityIds: boolean;
  /** Whether there will be more than one look; rows then say since when they have been known. */
  readonly repeats: boolean;
  /** Whether rows need rates at the first look, which then takes two samples. */
  readonly rates: boolean;
  /** Whether each look reports what opened, changed and closed. */
  readonly events: boolean;
  /** Whether events wait until the kernel has delivered everything it traced. */
  readonly settles: boolean;
  /** Whether each look measures what is missing from it. */
  readonly coverage: boolean;
  /** The lines of NDJSON, where nothing but these is wanted of a look; absent or null otherwise. */
  readonly lineForm?: LineForm | null;
  readonly traces: TraceWish;
  /** What to capture during the run; null for nothing. Without devices, captures on every interface that is up. */
  readonly packets: CaptureRequest | null;
  /** Is given what is captured, before the first packet, to listen to it too. */
  readonly listen?: (feed: PacketFeed, owners: FlowOwners) => void;
  /** How long it works at once; absent for as long as it takes. */
  readonly slices?: Slices | null;
  /** Whether this process gives up its privileges when the sampler is open; with packets it does in any case. */
  readonly outlivesPrivileges?: boolean;
  /** Whether tunnels will be read, with their peers. */
  readonly readsPeers?: boolean;
}

/** All sockets, with their processes, and nothing that takes longer. */
export const PLAIN_CONNECTIONS = {
  protocols: null,
  processDetails: true,
  rates: false,
  events: false,
  settles: false,
  coverage: false,
  traces: 'refused',
  packets: null,
} as const satisfies Partial<ConnectionRequest>;

/** What one look found. It is valid until the next. */
export interface ConnectionLook {
  readonly at: Instant;
  /** All connections, made as they are read. */
  rows(): Iterable<ConnRow>;
  /** The same connections as rows that write their own lines; null where nobody asked for lines, or these take rows. */
  readonly lines: WrittenRows | null;
  /** What has happened since the previous look; empty at the first, and when events were not requested. */
  readonly events: Iterable<ConnEventRow>;
  readonly limits: readonly Limit[];
  /** What is missing from the look; `missed` is the number of looks that were skipped before it. */
  measure(missed: number): Promise<CoverageRow | null>;
}

/** Rows that write their own lines (see Section). */
export type WrittenRows = Required<Pick<Section, 'rows' | 'writeLine'>>;

/** The connections of a machine, look after look. */
export interface ConnectionSampler {
  look(at: Instant): Promise<ConnectionLook>;
  /** Call after a look: starts what only helps later looks, and returns what the tracing misses. */
  goOn(): readonly Limit[];
  /** Replaces the filter of the capture, as that of a Sensor; null where it cannot, and without packets. */
  readonly refilter: Sensor['refilter'];
  /** Takes the interfaces as they are now, where somebody reads them: packets of those that came are captured too. */
  noteInterfaces(rows: readonly InterfaceReading[]): void;
  /** What this sampler reads sockets by, also when privileges are gone; closed with it. */
  readonly owned: Pick<OwnedSockets, 'open' | 'readTunnels'>;
  /** How many packets were captured and how many the kernel dropped, so far; null without packets. */
  captured(): { readonly captured: number; readonly dropped: number } | null;
  /** Ends it; `told` is called with the packets that could not be dissected, before the counts are reported. */
  close(told: (faults: Faults) => void): Promise<void>;
}

/** How long a single look collects packets, or traces the kernel. */
const GATHER_MS = 1000;

const CLOSED_UNTOLD: Limit = {
  what: 'some connections that opened and closed between two snapshots',
  why: 'more sockets closed than the kernel could report',
  remedy: 'netwatch conns --events --interval 200ms',
};

/** Begins to watch. Rejects with a Failure 64, 66, 69 or 77. */
export async function openConnectionSampler(place: Place, request: ConnectionRequest): Promise<ConnectionSampler> {
  const { platform, clock, signal } = place;
  const slices = request.slices ?? null;
  const tracing = await Tracing.open(place, request.traces, request.events);
  const wanted: SocketRequest = {
    protocols: request.protocols,
    owners: true,
    closed: request.events,
    processDetails: request.processDetails,
  };
  // to capture takes the privileges of this process away; the sockets then need another, which is one for all who ask
  const isLost = request.packets !== null || request.outlivesPrivileges === true;
  const isLeft = isLost && place.surrender !== null && platform.isPrivileged();
  const owned = await openOwnedSockets(platform, {
    isLeft,
    user: place.lesserUser,
    readsPeers: request.readsPeers ?? false,
  });
  const source = await owned.open(wanted);
  const engine = openConnections(request.serviceOf, request.repeats, request.communityIds);
  const meter = request.coverage ? openCoverageMeter(platform) : null;
  // before privileges are given up
  const begins = isLost ? tracing.begin() : null;
  // nothing else takes until then
  if (isLeft && request.packets === null) await begins;
  const packets = request.packets === null ? null : await openPackets(request.packets);

  async function openPackets(capture: CaptureRequest): Promise<PacketConnections> {
    // loaded here: the code that reads packets is large, and connections start without it
    const { openPacketConnections } = await import('./packet-connections.ts');
    const { LATER } = await import('./later-interfaces.ts');
    const tellsClosed = request.events && platform.name === 'linux';
    try {
      // a single look is over before another interface comes
      const asked = { ...capture, later: request.repeats ? LATER : null };
      return await openPacketConnections(place, asked, tellsClosed, tracing.trace, owned, slices, request.listen);
    } catch (error) {
      tracing.kill();
      source.close();
      owned.close();
      throw error;
    }
  }

  const sample = async (at: Instant): Promise<readonly Limit[]> => {
    await meter?.beforeSample(at);
    // flows of packets are rows of their own: counters of their sockets would count them twice
    const read = async (): Promise<SocketReading> => tracing.add(await source.read(), packets === null);
    const reading = await (packets === null ? (isSingle() ? readOnce() : read()) : packets.join(read));
    await restWhenOver(slices);
    engine.ingest(reading, at);
    lines = isSingle() && request.lineForm ? linesOf(reading, at, request.lineForm) : null;
    return reading.limits;
  };
  function linesOf(reading: SocketReading<Iterable<Socket>>, at: Instant, form: LineForm): WrittenRows | null {
    const { serviceOf } = request;
    const compiled = compileConnLines({ reading, at, serviceOf }, form);
    if (compiled === null) return null;
    // what stands for a row is its socket
    const rows = reading.sockets as Iterable<Socket & AnyRow>;
    return { rows, writeLine: (out, row) => compiled.write(out, row as Socket & AnyRow) };
  }
  /** Whether nobody wants to know more of a socket than one look tells. */
  const isSingle = (): boolean =>
    !request.repeats && !request.rates && !request.events && packets === null && !tracing.isOn;
  const readOnce = (): Promise<SocketReading<Iterable<Socket>>> => source.readOnce?.() ?? source.read();
  const gathers = !request.repeats && (packets !== null || tracing.isOn);
  const firstTakesMs = gathers ? GATHER_MS : request.rates ? RATE_SAMPLE_MS : null;
  let looks = 0;
  let lines: WrittenRows | null = null;

  return {
    async look(begun) {
      const isFirst = looks++ === 0;
      let at = begun;
      let mark = tracing.mark();
      // a socket that closes while sockets are read is in both
      const closed = request.events ? source.readClosed() : null;
      const closedAt = tracing.mark();
      const limits = [...(await sample(at))];
      if (isFirst && firstTakesMs !== null) {
        await clock.sleep(firstTakesMs, signal);
        if (!request.repeats) await tracing.settled();
        at = instantNow(clock);
        mark = tracing.mark();
        limits.push(...(await sample(at)));
      }
      let events: Iterable<ConnEventRow> = [];
      if (closed !== null) {
        const meanwhile = source.readClosed();
        const meanwhileAt = tracing.mark();
        if (!(closed.whole && meanwhile.whole) && !tracing.isOn) limits.push(CLOSED_UNTOLD);
        // how much they moved, and their owners, are reported a moment later
        if (!isFirst && request.settles) await tracing.settled();
        const joined = (sockets: readonly Socket[]) => (packets === null ? sockets : packets.closedOf(sockets));
        const ended = tracing.ended(joined(closed.sockets), mark, closedAt);
        const late = new Set(tracing.ended(joined(meanwhile.sockets), 0, meanwhileAt));
        events = engine.events([...ended, ...late], (socket) => late.has(socket), tracing.ownerOfEnded);
      }
      return {
        at,
        rows: () => engine.rows(),
        lines,
        events,
        limits,
        measure: async (missed) => meter?.row(engine.rows(), missed, packets?.counts() ?? null) ?? null,
      };
    },
    goOn() {
      const limits = tracing.limits();
      void tracing.begin();
      return limits;
    },
    refilter: packets?.refilter ?? null,
    noteInterfaces: (rows) => packets?.noteInterfaces(rows),
    owned,
    captured: () => packets?.counts() ?? null,
    async close(told) {
      tracing.kill();
      if (packets !== null) {
        await packets.stop();
        told(packets.faults);
        await packets.finish();
      }
      source.close();
      owned.close();
    },
  };
}
