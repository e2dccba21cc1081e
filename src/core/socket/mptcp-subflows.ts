import type { SocketDraft } from './blank-socket.ts';
import type { Socket } from './socket.ts';

/**
 * Brings MPTCP connections and the TCP sockets that carry them together. The kernel gives a subflow the inode of its
 * connection, and tells its token; what was not accepted yet has no inode, and older kernels tell users no token.
 */
export function joinSubflows(sockets: readonly SocketDraft[], connections: readonly Socket[]): void {
  if (connections.length === 0) return;
  const { byToken, byInode } = indexOf(connections);
  const counts = new Map<Socket, number>();
  for (const socket of sockets) {
    if (socket.proto !== 'tcp') continue;
    const found = findIn(byToken, socket.mptcp_token) ?? findIn(byInode, socket.inode);
    if (found === undefined) continue;
    socket.mptcp_token = found.mptcp_token;
    socket.mptcp_role ??=
      found.state === 'LISTEN' ? 'listener' : found.mptcp_role === 'fallback' ? 'initial' : 'subflow';
    counts.set(found, (counts.get(found) ?? 0) + 1);
  }
  for (const connection of connections as readonly SocketDraft[]) {
    if (connection.state !== 'LISTEN') connection.mptcp_subflows ??= counts.get(connection) ?? null;
  }
}

/** The same sockets: after each MPTCP connection its subflows, then what belongs to none of them. */
export function arrangeBySession<S extends Carrier>(sockets: readonly S[]): S[] {
  const connections = sockets.filter(({ proto }) => proto === 'mptcp');
  const { byToken, byInode } = indexOf(connections);
  const subflows = new Map<S, S[]>(connections.map((connection) => [connection, []]));
  const rest: S[] = [];
  for (const socket of sockets) {
    if (socket.proto === 'mptcp') continue;
    const found =
      socket.mptcp_role === null ? undefined : (findIn(byToken, socket.mptcp_token) ?? findIn(byInode, socket.inode));
    (found === undefined ? rest : subflows.get(found)!).push(socket);
  }
  return [...connections.flatMap((connection) => [connection, ...subflows.get(connection)!]), ...rest];
}

/** What tells which connection a socket belongs to. */
type Carrier = Pick<Socket, 'proto' | 'state' | 'inode' | 'mptcp_token' | 'mptcp_role'>;

function indexOf<S extends Carrier>(connections: readonly S[]) {
  return {
    byToken: new Map(connections.filter(({ state }) => state !== 'LISTEN').map((one) => [one.mptcp_token, one])),
    byInode: new Map(connections.map((one) => [one.inode, one])),
  };
}

const findIn = <K, S>(map: ReadonlyMap<K | null, S>, key: K | null): S | undefined =>
  key === null ? undefined : map.get(key);
