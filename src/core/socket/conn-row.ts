import type { Instant } from '../instant.ts';
import type { ConnRow } from '../record/tables/conn.ts';
import type { Ownership, Socket, SocketReading } from './socket.ts';

/** The service name of a port (/etc/services), or null. */
export type ServiceOf = (proto: string, port: number) => string | null;

/** What the engine adds to a socket. */
export interface Seen {
  readonly at: Instant;
  readonly owner: Ownership;
  /** null in a run of one snapshot, which cannot know. */
  readonly firstSeen: Instant | null;
  readonly rxRate: number | null;
  readonly txRate: number | null;
}

/** The `conn` record of a socket. */
export function connRow(socket: Socket, reading: SocketReading, serviceOf: ServiceOf, seen: Seen): ConnRow {
  const { at, owner, firstSeen } = seen;
  const process = owner.processes[0] ?? null;
  return {
    time: at.time,
    proto: socket.proto,
    family: socket.family,
    state: socket.state,
    local_addr: socket.local_addr,
    local_port: socket.local_port,
    remote_addr: socket.remote_addr,
    remote_port: socket.remote_port,
    pid: process === null ? null : process.pid,
    process: process === null ? null : process.name,
    cmdline: process === null ? null : process.cmdline,
    uid: socket.uid,
    user: socket.uid === null ? null : reading.userOf(socket.uid),
    inode: socket.inode,
    rx_queue: socket.rx_queue,
    tx_queue: socket.tx_queue,
    rx_bytes: socket.rx_bytes,
    tx_bytes: socket.tx_bytes,
    rx_packets: socket.rx_packets,
    tx_packets: socket.tx_packets,
    rx_rate: seen.rxRate,
    tx_rate: seen.txRate,
    rtt_ms: socket.rtt_ms,
    rttvar_ms: socket.rttvar_ms,
    min_rtt_ms: socket.min_rtt_ms,
    retrans: socket.retrans,
    lost: socket.lost,
    cwnd: socket.cwnd,
    mss: socket.mss,
    iface: reading.ifaceOf(socket),
    first_seen: firstSeen === null ? null : firstSeen.time,
    age_s: firstSeen === null ? null : Math.round(at.monotonicMs - firstSeen.monotonicMs) / 1000,
    remote_host: null,
    service: serviceNameOf(socket, serviceOf),
    app: socket.app,
    server_name: socket.server_name,
    geo_country: null,
    container: process === null ? null : process.container,
    cgroup: process === null ? null : process.cgroup,
    netns: reading.netns,
    stream: socket.stream,
    source: socket.source,
    attribution: owner.attribution,
    pids: pidsOf(owner),
    exe: process === null ? null : process.exe,
    comm: process === null ? null : process.comm,
    process_start: process === null ? null : process.started,
    congestion: socket.congestion,
    bytes_acked: socket.bytes_acked,
    bytes_retrans: socket.bytes_retrans,
    delivery_rate: socket.delivery_rate,
    retransmits: socket.retransmits,
    rmem_bytes: socket.rmem_bytes,
    wmem_bytes: socket.wmem_bytes,
    rcvbuf_bytes: socket.rcvbuf_bytes,
    sndbuf_bytes: socket.sndbuf_bytes,
    drops: socket.drops,
  };
}

const NO_PIDS: readonly string[] = [];
const pidLists = new WeakMap<Ownership, readonly string[]>();

/** The list is made once for an owner, not once for each of its thousands of sockets. */
function pidsOf(owner: Ownership): readonly string[] {
  if (owner.processes.length === 0) return NO_PIDS;
  let pids = pidLists.get(owner);
  if (pids === undefined) {
    pids = owner.processes.map((process) => String(process.pid));
    pidLists.set(owner, pids);
  }
  return pids;
}

/** Ephemeral ports lie above the ones with names, so of two named ports the lower one is the service. */
function serviceNameOf(socket: Socket, serviceOf: ServiceOf): string | null {
  const { proto, local_port: local, remote_port: remote } = socket;
  if (remote === null) return serviceOf(proto, local);
  const [lower, higher] = local < remote ? [local, remote] : [remote, local];
  return serviceOf(proto, lower) ?? serviceOf(proto, higher);
}
