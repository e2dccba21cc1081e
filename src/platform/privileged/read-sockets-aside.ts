import type { Ownership, Socket, SocketReading } from '../../core/connection/socket.ts';
import type { SocketRequest, SocketSource, User } from '../platform.ts';
import { openAsked } from './questions.ts';

/** What the process that reads sockets is started with. */
export interface ReaderOrder {
  readonly user: User | null;
}

/** A reading as data: what a SocketReading looks up is in the order of its sockets. */
export interface SentReading extends Pick<SocketReading, 'sockets' | 'netns' | 'limits'> {
  readonly owners: readonly Ownership[];
  readonly ifaces: readonly (string | null)[];
  readonly users: ReadonlyMap<number, string | null>;
  readonly closed: ReturnType<SocketSource['readClosed']>;
}

const UNSEEN: Ownership = { processes: [], attribution: 'none unseen' };

/**
 * Sockets as Platform.openSockets gives them, read by a process of their own, which keeps what that takes when this one
 * gives up its privileges. To be opened before that. Resolves when it is ready; rejects, as `read` does, with a Failure
 * 69 when it has ended.
 */
export async function openSocketsAside(request: SocketRequest, user: User | null): Promise<SocketSource> {
  const order: ReaderOrder = { user };
  const asked = openAsked('socket-reader', order);
  const number = await asked.ask('open', request);
  let closed: Socket[] = [];
  let whole = true;
  return {
    async read() {
      const sent = (await asked.ask('read', number)) as SentReading;
      closed.push(...sent.closed.sockets);
      whole &&= sent.closed.whole;
      const index = new Map(sent.sockets.map((socket, at) => [socket, at]));
      const at = (socket: Socket): number => index.get(socket) ?? -1;
      return {
        ...{ sockets: sent.sockets, netns: sent.netns, limits: sent.limits },
        ownerOf: (socket) => sent.owners[at(socket)] ?? UNSEEN,
        userOf: (uid) => sent.users.get(uid) ?? null,
        ifaceOf: (socket) => sent.ifaces[at(socket)] ?? null,
      };
    },
    readClosed() {
      const taken = { sockets: closed, whole };
      closed = [];
      whole = true;
      return taken;
    },
    close: () => asked.close(),
  };
}
