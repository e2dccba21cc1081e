import { formatTimestamp } from '../../capture/timestamp.ts';
import { AgedMap } from '../../wire/aged-map.ts';
import type { Flow } from '../../wire/flow.ts';
import { addressA, addressB } from '../../wire/flow-text.ts';
import { ACK, FIN, PSH, RST, SYN, URG } from '../../wire/tcp-flags.ts';
import { evidence } from '../evidence.ts';
import { rule, threshold } from '../rule.ts';

/** Probes that are remembered; the oldest give way. */
export const MOST_PROBES = 20_000;

const FLAGS = FIN | SYN | RST | PSH | ACK | URG;
const XMAS = FIN | PSH | URG;

interface Probe {
  readonly kind: 'NULL' | 'FIN' | 'XMAS';
  readonly packet: number;
  readonly since: string | null;
}

interface Scan {
  readonly kind: Probe['kind'];
  readonly client: string;
  readonly server: string;
  readonly first: Probe;
  readonly ports: Map<number, Probe>;
}

/** Looks for segments with flags that no TCP sends and which tell a scanner what listens. */
export const stealthScan = rule({
  name: 'stealth_scan',
  severity: 'warn',
  about: 'a host sends TCP segments that no TCP sends, to see what listens',
  explanation:
    'Counts, for each pair of hosts, the ports to which a segment without any flag (NULL), with FIN alone, or with FIN, PSH and URG (XMAS) went as the first one of a connection. Such segments pass simple filters, and a closed port answers with RST. No TCP sends them on purpose, so that few are enough; broken middleboxes and tests of a TCP stack do.',
  advice: 'Treat the client as a scanner: find out what runs on it, and have a stateful firewall drop such segments.',
  thresholds: { ports: threshold(5, 'Different ports of one host that were sent such a segment.') },
  open({ ports }, shared) {
    const probes = new AgedMap<Flow, { kind: Probe['kind']; number: number; seconds: number; nanoseconds: number }>(
      MOST_PROBES,
    );
    return {
      packet({ transport, tcpFlags, flow, direction, number, seconds, nanoseconds }) {
        if (transport !== 6) return;
        const flags = tcpFlags & FLAGS;
        if (flags !== 0 && flags !== FIN && flags !== XMAS) return;
        // a connection that was under way is no probe, whatever its flags
        if (flow === null || direction !== 0 || flow.aPackets !== 1 || probes.has(flow)) return;
        probes.add(flow, { kind: flags === 0 ? 'NULL' : flags === FIN ? 'FIN' : 'XMAS', number, seconds, nanoseconds });
      },
      *findings(at) {
        const scans = new Map<string, Scan>();
        for (const [flow, { kind, number, seconds, nanoseconds }] of probes) {
          if (shared.isOver(seconds, at)) continue;
          const client = addressA(flow);
          const server = addressB(flow);
          const probe = { kind, packet: number, since: formatTimestamp(seconds, nanoseconds) };
          const key = `${kind} ${client} ${server}`;
          let scan = scans.get(key);
          if (scan === undefined) {
            scan = { kind, client, server, first: probe, ports: new Map() };
            scans.set(key, scan);
          }
          if (!scan.ports.has(flow.bPort)) scan.ports.set(flow.bPort, probe);
        }
        for (const { kind, client, server, first, ports: tried } of scans.values()) {
          if (tried.size < ports) continue;
          yield {
            subject: client,
            summary: `${client} sent ${kind} segments to ${tried.size} TCP ports of ${server}`,
            confidence: 'high',
            evidence: [...tried]
              .slice(0, 5)
              .map(([port, { packet }]) => evidence('packet', { number: packet, 'tcp.dstport': port, flags: kind })),
            since: first.since,
          };
        }
      },
    };
  },
});
