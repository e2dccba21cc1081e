import type { SocketRequest } from '../../core/system/platform.ts';
import { realClock } from '../machine/real-clock.ts';
import { openSystem } from '../system/open-system.ts';
import { answer } from './questions.ts';
import type { ReaderOrder, SentReading } from './read-sockets-aside.ts';

/**
 * Entry point of the process that reads sockets and their owners for a process that has given up its privileges. It
 * keeps the two capabilities that are needed to see the descriptors of other users' processes, and the one by which the kernel
 * tells peers of WireGuard where these are asked for. It sees no packet.
 */
const { user, readsPeers } = JSON.parse(process.argv[2]!) as ReaderOrder;
const platform = await openSystem({ root: null, netns: null }, realClock);
const OF_SOCKETS = ['CAP_DAC_READ_SEARCH', 'CAP_SYS_PTRACE'] as const;
platform.dropPrivileges(user, readsPeers ? [...OF_SOCKETS, 'CAP_NET_ADMIN'] : OF_SOCKETS);
const sources = new Map<number, ReturnType<typeof platform.openSockets>>();

answer({
  async open(request: SocketRequest): Promise<number> {
    const number = sources.size;
    const source = platform.openSockets(request);
    sources.set(number, source);
    // the first reading takes ten times as long as the others, and those who ask wait in proportion
    await source.read();
    return number;
  },
  async read(number: number): Promise<SentReading> {
    const source = sources.get(number)!;
    const reading = await source.read();
    const { sockets, netns, limits } = reading;
    const owners = sockets.map(reading.ownerOf);
    const uids = new Set([...sockets, ...owners.flatMap(({ processes }) => processes)].map(({ uid }) => uid));
    const users = [...uids].filter((uid) => uid !== null).map((uid) => [uid, reading.userOf(uid)] as const);
    return {
      ...{ sockets, owners, netns, limits },
      ifaces: sockets.map(reading.ifaceOf),
      users: new Map(users),
      closed: source.readClosed(),
    };
  },
  tunnels: () => platform.readTunnels(),
  close(number: number): void {
    sources.get(number)!.close();
  },
});
