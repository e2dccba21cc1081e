import { endpointText } from '../../net/endpoint-text.ts';
import { formatPercent, formatSeconds } from '../../output/units.ts';
import type { ConversationRow } from '../../record/tables/conversation.ts';
import { isGlobal, isMulticast } from '../address-scope.ts';
import { evidence } from '../evidence.ts';
import { secondsOf } from '../record-seconds.ts';
import { rule, threshold } from '../rule.ts';
import { spreadOf } from '../spread.ts';

/** More pairs of a client and a service are not told apart. */
const MOST_PAIRS = 50_000;
/** Sizes within this part of their median are alike. */
const ALIKE = 0.1;
/** An interval is one of the rhythm when it is within this part of the period. */
const IN_RHYTHM = 0.25;
const RHYTHM_SHARE = 0.8;

/**
 * What is regular by nature: name and time services, addresses, announcements, logs and management, routing, liveness. By
 * application as conversations name it, and by port where content does not tell.
 */
const REGULAR_APPS: ReadonlySet<string> = new Set([
  ...[
    'dns',
    'mdns',
    'llmnr',
    'nbns',
    'nbdgm',
    'ntp',
    'dhcp',
    'dhcpv6',
    'ssdp',
    'syslog',
    'snmp',
    'stun',
    'bfd',
    'hsrp',
  ],
  ...['rip', 'ripng', 'radius', 'icmp', 'isakmp', 'wg', 'openvpn', 'sip', 'rtcp', 'tftp', 'someip', 'cldap', 'vrrp'],
]);
const REGULAR_PORTS: ReadonlySet<number> = new Set([
  ...[
    53, 67, 68, 69, 123, 137, 138, 161, 162, 319, 320, 323, 500, 514, 520, 521, 546, 547, 646, 1812, 1813, 1900, 1985,
  ],
  ...[2222, 3478, 3702, 3784, 3785, 4500, 5246, 5247, 5351, 5353, 5355, 6343, 9996, 10001, 17500, 51820],
]);
/** Scrapes of metrics. */
const MONITORING_PORTS: ReadonlySet<number> = new Set([5666, 8086, 9090, 9091, 9093, 9100, 10050, 10051]);

interface Calls {
  readonly client: string;
  readonly server: string;
  readonly port: number;
  readonly proto: string;
  readonly rows: ConversationRow[];
}

/** Looks for clients that call one service as regularly as a clock. */
export const beaconing = rule({
  name: 'beaconing',
  severity: 'note',
  about: 'a client calls one service as regularly as a clock',
  explanation:
    'Takes, for each client and each server and port, when its connections (TCP) or 5-tuples (UDP) began, and measures the time between them: the period is the median, the jitter the median absolute deviation in percent of it. Services that are regular by nature (DNS, NTP, DHCP, mDNS, SSDP, syslog, SNMP, routing, keep-alives of VPNs) and groups of addresses are left out. It is a warning when the server is in the Internet and the conversations are of the same size as well; else a note. Update checks, polling of mail, telemetry and monitoring are as regular as malware that calls home: the rule cannot tell them apart. It does not see a rhythm inside one long connection, nor one with much jitter.',
  advice: 'Find the process on the client that makes these connections, and who the server belongs to.',
  thresholds: {
    connections: threshold(8, 'Connections of one client to one port of a server.'),
    jitter_pct: threshold(10, 'The most jitter, in percent of the period.'),
    period_s: threshold(5, 'The shortest period, in seconds: what is faster is work, not a call.'),
  },
  open({ connections, jitter_pct, period_s }) {
    let pairs: readonly Calls[] = [];
    return {
      conversation(rows) {
        pairs = callsOf(rows);
      },
      *findings() {
        for (const { client, server, port, proto, rows } of pairs) {
          if (rows.length < 3 || rows.length < connections) continue;
          const starts = Float64Array.from(rows, (row) => secondsOf(row.first)).sort();
          const gaps = Array.from(starts.subarray(1), (start, index) => start - starts[index]!);
          const { median: period, deviation } = spreadOf(gaps);
          const jitter = (100 * deviation) / period;
          if (!(period >= period_s) || !(jitter <= jitter_pct)) continue;
          const inRhythm = gaps.filter((gap) => Math.abs(gap - period) <= IN_RHYTHM * period).length;
          if (inRhythm < RHYTHM_SHARE * gaps.length) continue;
          const sizes = spreadOf(rows.map((row) => row.bytes));
          const alike = sizes.deviation <= ALIKE * sizes.median;
          const isCall = alike && isGlobal(server) && !MONITORING_PORTS.has(port);
          const to = `${endpointText(server, port)}/${proto}`;
          yield {
            subject: client,
            severity: isCall ? 'warn' : 'note',
            summary: `${client} called ${to} ${rows.length} times, every ${formatSeconds(period)} with ${formatPercent(jitter)} jitter, ${alike ? `always about ${Math.round(sizes.median)} bytes` : 'of different sizes'}`,
            confidence: isCall && inRhythm === gaps.length && rows.length >= 2 * connections ? 'medium' : 'low',
            evidence: rows.slice(0, 5).map((row) =>
              evidence('conversation', {
                proto: row.proto,
                stream: row.stream,
                first: row.first,
                bytes: row.bytes,
                app: row.app,
              }),
            ),
            since: rows[0]!.first,
          };
        }
      },
    };
  },
});

function callsOf(rows: readonly ConversationRow[]): readonly Calls[] {
  const pairs = new Map<string, Calls>();
  for (const row of rows) {
    if (row.first === null || REGULAR_PORTS.has(row.b_port) || (row.app !== null && REGULAR_APPS.has(row.app)))
      continue;
    const key = `${row.proto} ${row.a_addr} ${row.b_addr} ${row.b_port}`;
    const known = pairs.get(key);
    if (known !== undefined) known.rows.push(row);
    else if (pairs.size < MOST_PAIRS && !isMulticast(row.b_addr)) {
      pairs.set(key, { client: row.a_addr, server: row.b_addr, port: row.b_port, proto: row.proto, rows: [row] });
    }
  }
  return [...pairs.values()];
}
