import { formatTimestamp } from '../capture/timestamp.ts';
import { section } from '../record/table.ts';
import { type TunnelFlowRow, tunnelFlow } from '../record/tables/tunnel-flow.ts';
import { AgedMap } from '../wire/aged-map.ts';
import { ByFlow } from '../wire/by-flow.ts';
import type { Flow } from '../wire/flow.ts';
import { addressA, addressB, transportName } from '../wire/flow-text.ts';
import type { Packet } from '../wire/packet.ts';
import type { OpenStatistic } from './statistic.ts';
import { addressIn, kindText, TunnelEnds } from './tunnel-ends.ts';

/** Tunnels that carried one flow, the others are one with the last of them. */
const MOST_OF_FLOW = 8;
/** Ends of tunnels that carry what is no flow; the oldest give way. */
const MOST_WITHOUT_FLOW = 10_000;

/** Ends of a tunnel, and what they carried of a flow. */
class Carried {
  readonly kinds: number;
  readonly isIpv6: boolean;
  /** Of the first packet. */
  readonly words: Int32Array;
  readonly transport: number;
  readonly port: number;
  readonly inner: Flow | null;
  packets = 0;
  bytes = 0;
  readonly firstSeconds: number;
  readonly firstNanoseconds: number;
  lastSeconds: number;
  lastNanoseconds: number;

  constructor(ends: TunnelEnds, inner: Flow | null, { seconds, nanoseconds }: Packet) {
    this.kinds = ends.kinds;
    this.isIpv6 = ends.isIpv6;
    this.words = ends.words.slice();
    this.transport = ends.transport;
    this.port = ends.dstPort;
    this.inner = inner;
    this.firstSeconds = this.lastSeconds = seconds;
    this.firstNanoseconds = this.lastNanoseconds = nanoseconds;
  }

  /** Whether it has the same ends, in either order. */
  is({ kinds, isIpv6, words, transport }: TunnelEnds): boolean {
    if (kinds !== this.kinds || isIpv6 !== this.isIpv6 || transport !== this.transport) return false;
    let isSame = true;
    let isReverse = true;
    for (let word = 0; word < 8; word++) {
      if (words[word] !== this.words[word]) isSame = false;
      if (words[word] !== this.words[(word + 4) & 7]) isReverse = false;
    }
    return isSame || isReverse;
  }

  count({ length, seconds, nanoseconds }: Packet): void {
    this.packets++;
    this.bytes += length;
    this.lastSeconds = seconds;
    this.lastNanoseconds = nanoseconds;
  }
}

/** The outer flow of each flow in a tunnel. What has no flow inside is counted by the ends of its tunnel. */
export function openTunnels(): OpenStatistic {
  const ends = new TunnelEnds();
  const byFlow = new ByFlow<Carried[]>((flow) => flow.isForgotten);
  const without = new AgedMap<string, Carried>(MOST_WITHOUT_FLOW);
  let last: Carried | null = null;

  function ofFlow(packet: Packet, flow: Flow): Carried {
    let known = byFlow.get(flow);
    if (known === undefined) {
      known = [];
      byFlow.set(flow, known);
    }
    for (const one of known) if (one.is(ends)) return one;
    if (known.length === MOST_OF_FLOW) return known[MOST_OF_FLOW - 1]!;
    const made = new Carried(ends, flow, packet);
    known.push(made);
    return made;
  }

  function withoutFlow(packet: Packet): Carried {
    if (last?.is(ends) === true) return last;
    const { kinds, transport, words } = ends;
    const there = words.subarray(0, 4).join();
    const back = words.subarray(4).join();
    const key = `${kinds} ${transport} ${there < back ? `${there} ${back}` : `${back} ${there}`}`;
    last = without.get(key) ?? null;
    if (last === null) {
      last = new Carried(ends, null, packet);
      without.add(key, last);
    }
    return last;
  }

  return {
    ingest(packet: Packet): void {
      if (!ends.read(packet)) return;
      const inner = ends.isInner ? packet.flow : null;
      (inner === null ? withoutFlow(packet) : ofFlow(packet, inner)).count(packet);
    },
    sections: () => [section(tunnelFlow, rows([...byFlow.values()].flat(), without))],
  };
}

function* rows(ofFlows: readonly Carried[], without: Iterable<[string, Carried]>): Iterable<TunnelFlowRow> {
  for (const carried of ofFlows) yield rowOf(carried);
  for (const [, carried] of without) yield rowOf(carried);
}

function rowOf({ kinds, words, isIpv6, transport, port, inner, ...carried }: Carried): TunnelFlowRow {
  return {
    kind: kindText(kinds),
    outer_a_addr: addressIn(words, 0, isIpv6),
    outer_b_addr: addressIn(words, 4, isIpv6),
    outer_proto: transport === 17 ? 'udp' : transport === 6 ? 'tcp' : 'ip',
    outer_port: transport === 0 ? null : port,
    inner_proto: inner === null ? null : transportName(inner.transport),
    inner_a_addr: inner === null ? null : addressA(inner),
    inner_a_port: inner?.aPort ?? null,
    inner_b_addr: inner === null ? null : addressB(inner),
    inner_b_port: inner?.bPort ?? null,
    inner_stream: inner?.stream ?? null,
    packets: carried.packets,
    bytes: carried.bytes,
    first: formatTimestamp(carried.firstSeconds, carried.firstNanoseconds),
    last: formatTimestamp(carried.lastSeconds, carried.lastNanoseconds),
  };
}
