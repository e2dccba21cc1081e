import { formatTimestamp } from '../../capture/timestamp.ts';
import { formatNumberOf } from '../../output/units.ts';
import { AgedMap } from '../../wire/aged-map.ts';
import type { Flow } from '../../wire/flow.ts';
import { addressA, addressB } from '../../wire/flow-text.ts';
import { ip } from '../../wire/ip.ts';
import type { Packet } from '../../wire/packet.ts';
import { FAST_RETRANSMISSION, RETRANSMISSION } from '../../wire/tcp-analysis.ts';
import { evidence } from '../evidence.ts';
import { FRAGMENTATION_NEEDED, icmpErrorLayer, icmpErrorOf, TOO_BIG_V6 } from '../icmp-error.ts';
import { quotedAddresses } from '../quoted-addresses.ts';
import { rule, threshold } from '../rule.ts';

/** Connections whose large segment was sent again; the oldest give way. */
export const MOST_STUCK = 10_000;
/** Pairs of hosts of which a router said that packets are too big. */
const MOST_TOLD = 1_000;

/** A large segment that is sent again and again. */
interface Stuck {
  readonly direction: 0 | 1;
  seq: number;
  length: number;
  /** Bytes that the side had sent before it. */
  before: number;
  mayFragment: boolean;
  resends: number;
  lastSeconds: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly packet: number;
}

interface Hole {
  readonly sender: string;
  readonly receiver: string;
  readonly flows: (readonly [Flow, Stuck])[];
}

/** Looks for paths on which large packets vanish while small ones pass. */
export const mtuBlackHole = rule({
  name: 'mtu_black_hole',
  severity: 'warn',
  about: 'large packets vanish on the way while small ones pass',
  explanation:
    'Looks for connections whose first large segment was sent again and again, must not be fragmented (DF, or IPv6), and was never acknowledged, though the other side answered the smaller ones before. Only a segment that is larger than all that its side had sent before is taken: where one of that size arrived, the size is not what stops it. A router whose link is too small says so by ICMP (fragmentation needed, packet too big); if that was seen, the sender does not heed it, else something drops it. One connection may as well have lost its server at that moment; several between two hosts are an error. PPPoE, tunnels and VPNs are where this happens.',
  advice:
    'Let ICMP "fragmentation needed" and "packet too big" pass, or clamp the MSS at the tunnel; ping -M do -s SIZE finds the size that passes.',
  thresholds: {
    resends: threshold(3, 'Times that the segment was sent again.'),
    bytes: threshold(1000, 'Payload of the segment, from which on it is large.'),
    connections: threshold(1, 'Connections between two hosts that are stuck.'),
    error_connections: threshold(3, 'Connections from which on it is an error.'),
  },
  open({ resends, bytes, connections, error_connections }, shared) {
    const byFlow = new AgedMap<Flow, Stuck>(MOST_STUCK);
    const told = new Map<string, number>();
    const take = (packet: Packet): void => {
      if (packet.transport === 0) hear(packet, told);
      if (packet.transport !== 6 || (packet.tcpAnalysis & (RETRANSMISSION | FAST_RETRANSMISSION)) === 0) return;
      if (packet.payloadLength < bytes || packet.flow === null) return;
      const { flow, tcpSeq, payloadLength, direction } = packet;
      const stuck = byFlow.get(flow);
      if (stuck === undefined) {
        const { seconds, nanoseconds, number } = packet;
        const before = bytesBefore(packet);
        const first = {
          seq: tcpSeq,
          length: payloadLength,
          before,
          mayFragment: mayFragment(packet),
          resends: 1,
          lastSeconds: seconds,
        };
        byFlow.add(flow, { direction, ...first, seconds, nanoseconds, packet: number });
      } else if (stuck.direction === direction && stuck.seq === tcpSeq) {
        stuck.resends++;
        stuck.lastSeconds = packet.seconds;
        stuck.length = Math.min(stuck.length, payloadLength);
        stuck.mayFragment ||= mayFragment(packet);
      } else if (stuck.direction === direction && ((tcpSeq - stuck.seq) | 0) > 0) {
        // it went on: the one before arrived
        stuck.before = Number.POSITIVE_INFINITY;
      }
    };
    return {
      packet: take,
      *findings(at) {
        const now = [...byFlow].filter(([, { lastSeconds }]) => !shared.isOver(lastSeconds, at));
        for (const { sender, receiver, flows } of holesOf(now, resends)) {
          if (flows.length < connections) continue;
          const [, first] = flows[0]!;
          const seen = told.get(`${sender} ${receiver}`);
          const icmp = seen === undefined ? 'no router said why' : `ICMP said so in packet ${seen}`;
          const most = Math.max(...flows.map(([, stuck]) => stuck.resends));
          yield {
            subject: `${sender} to ${receiver}`,
            severity: flows.length >= error_connections ? 'error' : 'warn',
            summary: `Segments of ${first.length} bytes from ${sender} to ${receiver} never arrive in ${formatNumberOf(flows.length, 'connection')}, sent again up to ${most} times; smaller ones pass; ${icmp}`,
            confidence: seen !== undefined ? 'high' : flows.length > 1 ? 'medium' : 'low',
            evidence: flows.slice(0, 5).map(([flow, stuck]) =>
              evidence('packet', {
                number: stuck.packet,
                'tcp.stream': flow.stream,
                length: stuck.length,
                resends: stuck.resends,
              }),
            ),
            since: formatTimestamp(first.seconds, first.nanoseconds),
          };
        }
      },
    };
  },
});

/** Bytes of the side's stream before the segment. */
function bytesBefore({ flow, direction, tcpSeq }: Packet): number {
  const connection = flow!.tcp;
  if (connection === null || !connection.hasSyn) return Number.POSITIVE_INFINITY;
  const { baseSeq, hasBase } = direction === 0 ? connection.a : connection.b;
  return hasBase ? (tcpSeq - baseSeq - 1) >>> 0 : Number.POSITIVE_INFINITY;
}

/** IPv4 without DF; the header is that of the innermost network layer. */
function mayFragment(packet: Packet): boolean {
  if (packet.ipVersion !== 4) return false;
  for (let layer = packet.layerCount - 1; layer >= 0; layer--) {
    const start = packet.layerStart[layer]!;
    const bytes = packet.layerBytes[layer]!;
    if (packet.layerProtocol[layer] === ip.id && packet.layerEnd[layer]! - start >= 20)
      return (bytes[start + 6]! & 0x40) === 0;
  }
  return true;
}

/** Remembers for which hosts a router said that a packet is too big. */
function hear(packet: Packet, told: Map<string, number>): void {
  if (told.size >= MOST_TOLD) return;
  const layer = icmpErrorLayer(packet);
  if (layer < 0) return;
  const error = icmpErrorOf(packet, layer);
  if (error !== FRAGMENTATION_NEEDED && error !== TOO_BIG_V6) return;
  const key = quotedAddresses(packet, layer + 1);
  if (key !== null && !told.has(key)) told.set(key, packet.number);
}

function holesOf(byFlow: Iterable<[Flow, Stuck]>, resends: number): Iterable<Hole> {
  const holes = new Map<string, Hole>();
  for (const [flow, stuck] of byFlow) {
    if (stuck.resends < resends || stuck.mayFragment || stuck.before >= stuck.length || wasAcknowledged(flow, stuck))
      continue;
    if (flow.aPackets === 0 || flow.bPackets === 0) continue;
    const [sender, receiver] =
      stuck.direction === 0 ? [addressA(flow), addressB(flow)] : [addressB(flow), addressA(flow)];
    const key = `${sender} ${receiver}`;
    const hole = holes.get(key);
    if (hole === undefined) holes.set(key, { sender, receiver, flows: [[flow, stuck]] });
    else hole.flows.push([flow, stuck]);
  }
  return holes.values();
}

/** The other side acknowledged its first byte: it arrived. What is over is not known any more. */
function wasAcknowledged({ tcp }: Flow, { direction, seq }: Stuck): boolean {
  if (tcp === null || tcp.past !== null) return true;
  const { lastAck } = direction === 0 ? tcp.b : tcp.a;
  return lastAck === 0 || ((lastAck - seq) | 0) > 0;
}
