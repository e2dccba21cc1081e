import { endpointText } from '../net/endpoint-text.ts';
import type { Change } from './change.ts';
import type { SnapshotSocket } from './snapshot-document.ts';

/** Whom a process is connected with: any number of connections to one port of a remote, or from a remote to one port, are one. */
interface Remote {
  readonly process: string | null;
  readonly pid: number | null;
  readonly direction: 'in' | 'out';
  readonly proto: string;
  readonly addr: string;
  /** The port that was connected to: of the remote, or of this machine. */
  readonly port: number;
}

/**
 * Remotes that a process is connected with and was not, or was and is not. Where its process is unknown in one of the
 * snapshots (TIME_WAIT, or who took it could not see), a remote is not new if any process knew it. `listeners` are those
 * of both: what came in by one that has ceased to listen still did.
 */
export function* remoteChanges(
  before: readonly SnapshotSocket[],
  after: readonly SnapshotSocket[],
  listeners: readonly SnapshotSocket[],
): Iterable<Change> {
  const isAccepted = acceptedBy(listeners);
  const [earlier, later] = [remotesOf(before, isAccepted), remotesOf(after, isAccepted)];
  yield* changesOf('removed', earlier, later);
  yield* changesOf('added', later, earlier);
}

/** Those that are in `of` and not in `other`. */
function* changesOf(change: 'added' | 'removed', of: Remotes, other: Remotes): Iterable<Change> {
  for (const [endpoint, processes] of of) {
    const others = other.get(endpoint);
    // an unknown process beside known ones is one of them
    const known = processes.size > 1 ? [...processes].filter(([name]) => name !== null) : processes;
    for (const [name, remote] of known) {
      if (others !== undefined && (name === null || others.has(name) || others.has(null))) continue;
      const { process, pid, direction, proto, addr, port } = remote;
      yield { what: 'remote', change, key: keyOf(remote), process, pid, direction, proto, addr, port };
    }
  }
}

/** Remotes by their endpoint, then by process. */
type Remotes = ReadonlyMap<string, ReadonlyMap<string | null, Remote>>;

function remotesOf(conns: readonly SnapshotSocket[], isAccepted: (row: SnapshotSocket) => boolean): Remotes {
  const found = new Map<string, Map<string | null, Remote>>();
  for (const row of conns) {
    const { proto, process, pid, remote_addr: addr, remote_port: remotePort, local_port: localPort } = row;
    if (addr === null || remotePort === null) continue;
    const direction = isAccepted(row) ? 'in' : 'out';
    const port = direction === 'in' ? localPort : remotePort;
    const endpoint = `${direction} ${proto} ${endpointText(addr, port)}`;
    const processes = found.get(endpoint) ?? new Map<string | null, Remote>();
    found.set(endpoint, processes);
    if (!processes.has(process)) processes.set(process, { process, pid, direction, proto, addr, port });
  }
  return found;
}

const ANY = new Set(['0.0.0.0', '::']);

/** Whether a connection came in by one of the sockets that listen. */
function acceptedBy(listeners: readonly SnapshotSocket[]): (row: SnapshotSocket) => boolean {
  const keys = new Set(
    listeners.map(({ proto, local_addr, local_port }) =>
      ANY.has(local_addr) ? `${proto} ${local_port}` : `${proto} ${local_port} ${local_addr}`,
    ),
  );
  return ({ proto, local_addr, local_port }) =>
    keys.has(`${proto} ${local_port}`) || keys.has(`${proto} ${local_port} ${local_addr}`);
}

/** `curl tcp 192.0.2.7:443`; `sshd tcp 192.0.2.7 to port 22`. */
function keyOf({ process, direction, proto, addr, port }: Remote): string {
  const where = direction === 'out' ? endpointText(addr, port) : `${addr} to port ${port}`;
  return [process, proto, where].filter((text) => text !== null).join(' ');
}
