import type { TunnelDevice } from '../../core/network/tunnel-device.ts';
import type { Ownership, Socket, SocketReading } from '../../core/socket/socket.ts';
import type { Reading, SocketReader, SocketSource } from '../../core/system/platform.ts';
import type { User } from '../../core/system/user.ts';
import { type Asked, openAsked } from './questions.ts';

/** The order that starts the process that reads sockets. */
export interface ReaderOrder {
  readonly user: User | null;
  /** Whether it keeps CAP_NET_ADMIN, to which alone the kernel tells peers of WireGuard. */
  readonly readsPeers: boolean;
}

/** A reading as data: what a SocketReading looks up comes in the order of its sockets. */
export interface SentReading extends Pick<SocketReading, 'sockets' | 'netns' | 'limits'> {
  readonly owners: readonly Ownership[];
  readonly ifaces: readonly (string | null)[];
  readonly users: ReadonlyMap<number, string | null>;
  readonly closed: ReturnType<SocketSource['readClosed']>;
}

const UNSEEN: Ownership = { processes: [], attribution: 'none unseen' };

/** Starts it, as `Platform.openSocketReader` says. Its answers reject with a Failure 69 when it has ended. */
export function openSocketReader(user: User | null, readsPeers: boolean): SocketReader {
  const order: ReaderOrder = { user, readsPeers };
  const asked = openAsked('socket-reader', order);
  return {
    async open(request) {
      const number = (await asked.ask('open', request)) as number;
      return sourceOf(asked, number);
    },
    readTunnels: async () => (await asked.ask('tunnels')) as Reading<TunnelDevice>,
    close: () => asked.close(),
  };
}

function sourceOf(asked: Asked, number: number): SocketSource {
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
    // one that has ended holds nothing any more
    close: () => void asked.ask('close', number).catch(() => {}),
  };
}
