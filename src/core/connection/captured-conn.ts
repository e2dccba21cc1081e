import { formatTimestamp, secondsBetween } from '../capture/timestamp.ts';
import type { ConnRow, SocketState } from '../record/tables/conn.ts';
import type { Flow } from '../wire/flow.ts';
import { addressA, addressB, transportName } from '../wire/flow-text.ts';
import type { TcpConnection } from '../wire/tcp-connection.ts';
import { bytesSent, openingOf } from './tcp-progress.ts';

/**
 * The `conn` record of a flow, from the side that opened it: who sent the SYN, or the first packet where none was seen.
 * Payload of TCP is what sequence numbers say, so that each byte counts once; that of others is what datagrams carried.
 */
export function capturedConn(flow: Flow, serverName: string | null): ConnRow {
  const { tcp } = flow;
  const localIsA = tcp === null || tcp.client !== 1;
  const age = secondsBetween(flow.firstSeconds, flow.firstNanoseconds, flow.lastSeconds, flow.lastNanoseconds);
  const rtt = tcp !== null && tcp.firstRttNanoseconds > 0 ? tcp.firstRttNanoseconds / 1e6 : null;
  const aPayload = tcp === null ? flow.aPayload : bytesSent(tcp.a);
  const bPayload = tcp === null ? flow.bPayload : bytesSent(tcp.b);
  return {
    ...UNKNOWN,
    time: formatTimestamp(flow.lastSeconds, flow.lastNanoseconds) ?? '',
    proto: transportName(flow.transport),
    family: flow.ipVersion === 4 ? 'ipv4' : 'ipv6',
    state: tcp === null ? 'ESTABLISHED' : stateOf(tcp, localIsA),
    local_addr: localIsA ? addressA(flow) : addressB(flow),
    local_port: localIsA ? flow.aPort : flow.bPort,
    remote_addr: localIsA ? addressB(flow) : addressA(flow),
    remote_port: localIsA ? flow.bPort : flow.aPort,
    rx_bytes: localIsA ? bPayload : aPayload,
    tx_bytes: localIsA ? aPayload : bPayload,
    rx_packets: localIsA ? flow.bPackets : flow.aPackets,
    tx_packets: localIsA ? flow.aPackets : flow.bPackets,
    rtt_ms: rtt,
    retrans: tcp === null ? null : tcp.retransmissions,
    first_seen: formatTimestamp(flow.firstSeconds, flow.firstNanoseconds),
    age_s: Number.isNaN(age) ? null : age,
    app: flow.recognised?.name ?? null,
    server_name: serverName,
    stream: flow.stream,
  };
}

function stateOf(tcp: TcpConnection, localIsA: boolean): SocketState {
  const { ended } = tcp;
  if ((ended & 4) !== 0 || (ended & 3) === 3) return 'CLOSE';
  const localEnded = (ended & (localIsA ? 1 : 2)) !== 0;
  if ((ended & 3) !== 0) return localEnded ? 'FIN_WAIT2' : 'CLOSE_WAIT';
  return openingOf(tcp);
}

/** What packets cannot tell. */
const UNKNOWN = {
  pid: null,
  process: null,
  cmdline: null,
  uid: null,
  user: null,
  inode: null,
  rx_queue: null,
  tx_queue: null,
  rx_rate: null,
  tx_rate: null,
  rttvar_ms: null,
  min_rtt_ms: null,
  lost: null,
  cwnd: null,
  mss: null,
  iface: null,
  remote_host: null,
  service: null,
  geo_country: null,
  container: null,
  cgroup: null,
  netns: null,
  source: 'capture',
  attribution: 'none capture',
  pids: [],
  exe: null,
  comm: null,
  process_start: null,
  congestion: null,
  bytes_acked: null,
  bytes_retrans: null,
  delivery_rate: null,
  retransmits: null,
  rmem_bytes: null,
  wmem_bytes: null,
  rcvbuf_bytes: null,
  sndbuf_bytes: null,
  drops: null,
} as const satisfies Partial<ConnRow>;
