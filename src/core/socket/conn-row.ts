import type { Instant } from '../instant.ts';
import type { ConnRow } from '../record/tables/conn.ts';
import type { Ownership, Socket, SocketReading } from './socket.ts';
import { socketRow } from './socket-row.ts';

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

/** What a reading says of its sockets. */
export type Reading = Pick<SocketReading, 'ownerOf' | 'userOf' | 'ifaceOf' | 'netns'>;

/** The `conn` record of a socket: what it tells by itself, and what the engine knows of it. */
export function connRow(socket: Socket, reading: Reading, serviceOf: ServiceOf, seen: Seen): ConnRow {
  const { at, owner, firstSeen } = seen;
  const row = socketRow(socket, at.time, owner.attribution, pidsOf(owner));
  const process = owner.processes[0];
  if (process !== undefined) {
    row.pid = process.pid;
    row.process = process.name;
    row.cmdline = process.cmdline;
    row.container = process.container;
    row.cgroup = process.cgroup;
    row.exe = process.exe;
    row.comm = process.comm;
    row.process_start = process.started;
  }
  if (socket.uid !== null) row.user = reading.userOf(socket.uid);
  row.rx_rate = seen.rxRate;
  row.tx_rate = seen.txRate;
  row.iface = reading.ifaceOf(socket);
  if (firstSeen !== null) {
    row.first_seen = firstSeen.time;
    row.age_s = Math.round(at.monotonicMs - firstSeen.monotonicMs) / 1000;
  }
  row.service = serviceNameOf(socket, serviceOf);
  row.netns = reading.netns;
  return row;
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
export function serviceNameOf(socket: Socket, serviceOf: ServiceOf): string | null {
  const { proto, local_port: local, remote_port: remote } = socket;
  if (remote === null) return serviceOf(proto, local);
  const [lower, higher] = local < remote ? [local, remote] : [remote, local];
  return serviceOf(proto, lower) ?? serviceOf(proto, higher);
}
