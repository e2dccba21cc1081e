import { formatTimestamp } from '../../capture/timestamp.ts';
import { endpointText } from '../../net/endpoint-text.ts';
import { formatPercent } from '../../output/units.ts';
import type { HandshakeRow } from '../../record/tables/handshake.ts';
import { AgedMap } from '../../wire/aged-map.ts';
import type { Flow } from '../../wire/flow.ts';
import { addressA, addressB } from '../../wire/flow-text.ts';
import type { Packet } from '../../wire/packet.ts';
import { FIN, RST } from '../../wire/tcp-flags.ts';
import { askedServers, handshakeValues } from '../asked-servers.ts';
import { evidence } from '../evidence.ts';
import { type Finding, rule, threshold } from '../rule.ts';

/** Connections whose reset is remembered; the oldest give way. */
export const MOST_RESET = 20_000;
/** FIN of A or B in `ended` of a connection. */
const ANY_FIN = 3;

/** The first reset of a connection over which data had passed, and which nobody had begun to close. */
interface Reset {
  readonly byServer: boolean;
  readonly packet: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Looks for servers that refuse or break off connections. */
export const resets = rule({
  name: 'resets',
  severity: 'warn',
  about: 'connections with a server are refused, or end by a reset after data',
  explanation:
    'Counts, for each server and port, the connections that were refused (RST in answer to the SYN), and those that a reset ended after data had passed and before either side sent FIN. A reset after FIN is how many programs hang up, and does not count. Resets by the server, or by something on the way in its name (a firewall, a load balancer whose time ran out), are a warning; resets by clients are a note, as browsers do that when a page is left. Connections whose SYN was not captured are left out.',
  advice: 'Read the log of the server at the time of the reset; if it knows of none, something on the way sends them.',
  thresholds: {
    refused: threshold(5, 'Connections to one port that were refused.'),
    refused_pct: threshold(50, 'These, in percent of all connections to the port.'),
    reset: threshold(5, 'Connections with one port that ended by a reset after data.'),
    reset_pct: threshold(20, 'These, in percent of the complete handshakes with the port.'),
  },
  open({ refused, refused_pct, reset, reset_pct }, shared) {
    const byFlow = new AgedMap<Flow, Reset>(MOST_RESET);
    let handshakes: readonly HandshakeRow[] = [];
    return {
      packet(packet: Packet) {
        const { tcpFlags, transport, flow } = packet;
        if (transport !== 6 || (tcpFlags & RST) === 0 || flow === null || (tcpFlags & FIN) !== 0) return;
        const { tcp } = flow;
        if (tcp === null || !tcp.hasSyn || (tcp.ended & ANY_FIN) !== 0) return;
        if (flow.aPayload + flow.bPayload === 0 || byFlow.has(flow)) return;
        const { number, seconds, nanoseconds } = packet;
        byFlow.add(flow, { byServer: packet.direction !== tcp.client, packet: number, seconds, nanoseconds });
      },
      handshake(rows) {
        handshakes = rows;
      },
      *findings(at) {
        const broken = new Map<string, (readonly [Flow, Reset])[]>();
        for (const entry of byFlow) {
          const [flow, { byServer, seconds }] = entry;
          if (flow.tcp === null || shared.isOver(seconds, at)) continue;
          const [addr, port] = flow.tcp.client === 0 ? [addressB(flow), flow.bPort] : [addressA(flow), flow.aPort];
          const key = `${byServer} ${endpointText(addr, port)}`;
          const those = broken.get(key);
          if (those === undefined) broken.set(key, [entry]);
          else those.push(entry);
        }
        for (const { addr, port, rows } of askedServers(handshakes)) {
          const server = endpointText(addr, port);
          const rejected = rows.filter((row) => row.outcome === 'refused');
          if (rejected.length >= Math.max(1, refused) && 100 * rejected.length >= refused_pct * rows.length) {
            yield refusalOf(server, rejected, rows.length);
          }
          const complete = rows.filter((row) => row.outcome === 'complete').length;
          for (const byServer of [true, false]) {
            const those = broken.get(`${byServer} ${server}`) ?? [];
            if (those.length < Math.max(1, reset) || 100 * those.length < reset_pct * complete) continue;
            yield breakOf(server, byServer, those, complete);
          }
        }
      },
    };
  },
});

function refusalOf(server: string, rejected: readonly HandshakeRow[], all: number): Finding {
  return {
    subject: server,
    summary: `${server} refused ${rejected.length} of ${all} connections`,
    confidence: 'high',
    evidence: rejected.slice(0, 5).map((row) => evidence('handshake', handshakeValues(row))),
    since: rejected[0]!.time || null,
    advice:
      'See whether the service runs and listens on this address and port (ss -ltn), or whether a firewall rejects.',
  };
}

function breakOf(
  server: string,
  byServer: boolean,
  those: readonly (readonly [Flow, Reset])[],
  complete: number,
): Finding {
  const [, first] = those[0]!;
  const pct = complete === 0 ? '' : ` (${formatPercent((100 * those.length) / complete)})`;
  return {
    subject: server,
    severity: byServer ? 'warn' : 'note',
    summary: byServer
      ? `${server} reset ${those.length} of ${complete} connections${pct} after data had passed`
      : `Clients of ${server} reset ${those.length} of ${complete} connections${pct} after data had passed`,
    confidence: 'medium',
    evidence: those
      .slice(0, 5)
      .map(([flow, { packet }]) => evidence('packet', { number: packet, 'tcp.stream': flow.stream, flags: 'RST' })),
    since: formatTimestamp(first.seconds, first.nanoseconds),
    ...(byServer ? {} : { advice: 'Ask what the clients do at that moment: they may give up waiting, or just leave.' }),
  };
}
