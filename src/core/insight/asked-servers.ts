import type { HandshakeRow } from '../record/tables/handshake.ts';
import { secondsOf } from './record-seconds.ts';

/** A server's port, and the connections that were asked of it. */
export interface AskedServer {
  readonly addr: string;
  readonly port: number;
  readonly rows: readonly HandshakeRow[];
}

/** More are not told apart. */
const MOST_SERVERS = 50_000;

export function askedServers(rows: readonly HandshakeRow[]): readonly AskedServer[] {
  const servers = new Map<string, { addr: string; port: number; rows: HandshakeRow[] }>();
  for (const row of rows) {
    const key = `${row.server_addr} ${row.server_port}`;
    const known = servers.get(key);
    if (known !== undefined) known.rows.push(row);
    else if (servers.size < MOST_SERVERS) {
      servers.set(key, { addr: row.server_addr, port: row.server_port, rows: [row] });
    }
  }
  return [...servers.values()];
}

/** The server answered and waits: its SYN-ACK was captured, and no ACK. */
export const isHalfOpen = (row: HandshakeRow): boolean => row.outcome === 'incomplete' && row.syn_synack_ms !== null;

/**
 * Nobody went on after the SYN or the SYN-ACK. Where only the SYN-ACK is missing, the connection may well have been made:
 * the capture saw one direction.
 */
export const isUnfinished = (row: HandshakeRow): boolean => row.outcome === 'unanswered' || isHalfOpen(row);

/** When SYNs were sent, in seconds, ascending; those of no time are left out. */
export function instantsOf(rows: readonly HandshakeRow[]): Float64Array {
  return Float64Array.from(rows, ({ time }) => secondsOf(time))
    .filter((instant) => !Number.isNaN(instant))
    .sort();
}

/** What of a handshake tells why it is evidence. */
export const handshakeValues = (row: HandshakeRow): Readonly<Record<string, string | number | null>> => ({
  stream: row.stream,
  client_addr: row.client_addr,
  server_addr: row.server_addr,
  server_port: row.server_port,
  outcome: row.outcome,
});
