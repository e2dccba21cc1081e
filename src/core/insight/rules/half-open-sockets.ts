import { endpointText } from '../../net/endpoint-text.ts';
import { formatNumberOf } from '../../output/units.ts';
import type { ConnRow } from '../../record/tables/conn.ts';
import { CounterGrowth } from '../counter-growth.ts';
import { evidence } from '../evidence.ts';
import { isKernelSocket } from '../kernel-socket.ts';
import { rule, threshold } from '../rule.ts';

/** More listening endpoints are not told apart. */
export const MOST_ENDPOINTS = 10_000;

const LIMIT = 'tcp_max_syn_backlog';

interface Requests {
  readonly addr: string;
  readonly port: number;
  readonly count: number;
  readonly clients: number;
  readonly looks: number;
  readonly listener: ConnRow | null;
}

/** Looks for listeners at which handshakes begin and do not end. */
export const halfOpenSockets = rule({
  name: 'half_open_sockets',
  severity: 'warn',
  about: 'many handshakes with a listener of this machine began and did not end',
  explanation:
    'Counts the sockets in SYN_RECV at each local endpoint: a client asked to connect, this machine answered, and the acknowledgment has not come. Their number is compared with the lower of tcp_max_syn_backlog and the queue length that the listener asked for (its tx_queue): beyond it Linux answers by SYN cookies, or drops requests. A SYN flood does this, as do answers that do not reach the clients and a burst of clients far away. The confidence is high when there were too many at two looks. While SYN cookies are in use, requests take no socket, so that fewer are seen than came. Where neither limit can be read, nothing is found.',
  advice:
    'See by `netwatch conns --state SYN_RECV` whether the clients are real; check net.ipv4.tcp_syncookies and the way back to them.',
  thresholds: {
    sockets: threshold(32, 'Sockets in SYN_RECV at one endpoint.'),
    pct: threshold(75, 'Sockets in SYN_RECV, in percent of the limit.'),
  },
  open({ sockets, pct }) {
    const levels = new CounterGrowth([LIMIT]);
    let requests = new Map<string, Requests>();
    return {
      counter: (rows, at) => levels.take(rows, at),
      conn(rows) {
        const now = new Map<string, ConnRow[]>();
        const listeners = new Map<number, ConnRow[]>();
        for (const row of rows) {
          if (row.state === 'LISTEN') {
            const there = listeners.get(row.local_port);
            if (there !== undefined) there.push(row);
            else listeners.set(row.local_port, [row]);
          }
          if (row.state !== 'SYN_RECV' || !isKernelSocket(row)) continue;
          const key = endpointText(row.local_addr, row.local_port);
          const those = now.get(key);
          if (those !== undefined) those.push(row);
          else if (now.size < MOST_ENDPOINTS) now.set(key, [row]);
        }
        const next = new Map<string, Requests>();
        for (const [key, those] of now) {
          if (those.length < sockets) continue;
          const { local_addr: addr, local_port: port } = those[0]!;
          const clients = new Set(those.map(({ remote_addr }) => remote_addr)).size;
          const looks = (requests.get(key)?.looks ?? 0) + 1;
          next.set(key, {
            addr,
            port,
            count: those.length,
            clients,
            looks,
            listener: listenerOf(addr, listeners.get(port) ?? []),
          });
        }
        requests = next;
      },
      *findings() {
        const backlog = levels.now(LIMIT);
        for (const [subject, { addr, port, count, clients, looks, listener }] of requests) {
          const limit = Math.min(backlog || Number.POSITIVE_INFINITY, listener?.tx_queue || Number.POSITIVE_INFINITY);
          // no limit is known
          if (limit === Number.POSITIVE_INFINITY || 100 * count < pct * limit) continue;
          yield {
            subject,
            summary: `${formatNumberOf(count, 'handshake')} with ${subject} (${listener?.process ?? 'unknown process'}) from ${formatNumberOf(clients, 'address', 'addresses')} did not end; the limit is ${limit}`,
            confidence: looks > 1 ? 'high' : 'medium',
            evidence: [
              evidence('conn', { local_addr: addr, local_port: port, state: 'SYN_RECV', sockets: count, clients }),
              ...(listener === null ? [] : [evidence('conn', ofListener(listener))]),
              ...(backlog === null ? [] : [evidence('counter', { name: LIMIT, value: backlog })]),
            ],
            since: null,
          };
        }
      },
    };
  },
});

const ofListener = ({ local_addr, local_port, pid, state, tx_queue }: ConnRow) => ({
  ...{ local_addr, local_port, pid, state, tx_queue },
});

/** The socket that listens there, of those at that port: at that address, or else at all. */
function listenerOf(addr: string, those: readonly ConnRow[]): ConnRow | null {
  const at = (address: string) => those.find(({ local_addr }) => local_addr === address);
  return at(addr) ?? at(addr.includes(':') ? '::' : '0.0.0.0') ?? at('::') ?? null;
}
