import { hurryThrough } from '../../core/brief-run.ts';
import type { Limit } from '../../core/limit.ts';
import type { Socket, SocketReading } from '../../core/socket/socket.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { Host } from '../../core/system/host.ts';
import type { SocketRequest, SocketSource } from '../../core/system/platform.ts';
import { type InterfaceNames, readInterfaceNames } from './interface-names.ts';
import type { NetworkNamespace } from './netns.ts';
import { openSocketDestroyEvents, type SocketDestroyEvents } from './sock-destroy.ts';
import { openSocketList } from './socket-list.ts';
import { type FoundOwners, type HeldSockets, heldSockets, openSocketOwners } from './socket-owners.ts';
import { readUsers } from './users.ts';

const NOT_ASKED: FoundOwners = { ownerOf: () => ({ processes: [], attribution: 'none unseen' }), limits: [] };

/**
 * The sockets of a network namespace, or of our own, with their owners: processes are found whatever namespace they are
 * in, as far as /proc shows them. `read` throws Failure 69 when the sockets can be listed by no means.
 */
export function openLinuxSockets(
  host: Host,
  netns: NetworkNamespace | null,
  request: SocketRequest,
  clock: Pick<Clock, 'monotonic'>,
): SocketSource {
  const owners = request.owners ? openSocketOwners(host, request.processDetails, clock) : null;
  owners?.start(); // before koffi is loaded, which takes 6 ms
  const list = openSocketList(host, netns, request.protocols);
  const destroyed = request.closed && host.root === null ? openEventsIfAny(netns) : null;
  let users: ReadonlyMap<number, string> | null = null;

  /** The reading of sockets that were listed; `held` are the same. */
  async function readingOf<S>(
    { sockets, limits }: { sockets: S; limits: readonly Limit[] },
    held: () => HeldSockets,
  ): Promise<SocketReading<S>> {
    const found = (await owners?.find(held())) ?? NOT_ASKED;
    let names: InterfaceNames | null = null;
    return {
      sockets,
      ownerOf: found.ownerOf,
      userOf(uid) {
        users ??= readUsers(host);
        return users.get(uid) ?? null;
      },
      ifaceOf(socket) {
        names ??= readInterfaceNames(host, netns);
        return ifaceOf(socket, names);
      },
      netns: netns?.label ?? null,
      limits: [...limits, ...found.limits],
    };
  }

  return {
    async read() {
      owners?.start();
      const listing = list.read();
      return readingOf(listing, () => heldSockets(listing.sockets));
    },
    async readOnce() {
      owners?.start();
      const kept = list.keep();
      if (kept === null) return this.read();
      hurryThrough(kept.sockets.count);
      return readingOf(kept, () => kept.sockets);
    },
    readClosed: () => destroyed?.read() ?? { sockets: [], whole: true },
    close() {
      list.close();
      destroyed?.close();
    },
  };
}

/** Null where netlink is refused; the listing says so. */
function openEventsIfAny(netns: NetworkNamespace | null): SocketDestroyEvents | null {
  try {
    return openSocketDestroyEvents(netns);
  } catch {
    return null;
  }
}

function ifaceOf({ ifindex, local_addr }: Socket, { byIndex, byAddress }: InterfaceNames): string | null {
  if (ifindex !== 0) return byIndex.get(ifindex) ?? null;
  return byAddress.get(local_addr) ?? (local_addr.startsWith('127.') ? 'lo' : null);
}
