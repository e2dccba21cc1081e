import type { Limit } from '../../core/limit.ts';
import type { Attribution } from '../../core/record/tables/conn.ts';
import { blankSocket } from '../../core/socket/blank-socket.ts';
import type { Ownership, Process, Socket, SocketReading } from '../../core/socket/socket.ts';
import type { Host } from '../../core/system/host.ts';
import type { SocketRequest, SocketSource } from '../../core/system/platform.ts';
import { endpointsKey } from './endpoint.ts';
import { readIdentity } from './id.ts';
import { type IfconfigInterface, readIfconfig } from './ifconfig.ts';
import { type LsofProcess, type LsofSocket, readLsof } from './lsof-i.ts';
import { type NetstatSocket, readNetstatSockets } from './netstat-an.ts';
import { type Places, placesOf } from './places.ts';
import { type PsProcess, readPs, readPsArguments } from './ps.ts';

/** What one reading starts from: the output of every tool, parsed. */
interface Sources {
  readonly open: readonly LsofSocket[];
  readonly listed: readonly NetstatSocket[];
  readonly interfaces: readonly IfconfigInterface[];
  readonly isRoot: boolean;
  readonly started: ReadonlyMap<number, PsProcess>;
  readonly commandLines: ReadonlyMap<number, string>;
}

/**
 * Sockets and their owners from lsof; their bytes, and the sockets that lsof does not show this user or that no process
 * holds any more, from netstat. Both run at the same moment, but a connection that opens or ends just then may be in one
 * only. Reading throws Failure 69 when a tool is missing.
 */
export function openMacosSockets(host: Host, request: SocketRequest): SocketSource {
  return {
    read: async () => joinSources(await readSources(host, request)),
    readClosed: () => ({ sockets: [], whole: true }), // macOS tells nobody
    close: () => {},
  };
}

async function readSources(host: Host, { protocols, owners, processDetails }: SocketRequest): Promise<Sources> {
  const wanted = (proto: Socket['proto']): boolean => protocols === null || protocols.has(proto);
  const [open, tcp, udp, interfaces, identity, started, commandLines] = await Promise.all([
    readLsof(host),
    wanted('tcp') ? readNetstatSockets(host, 'tcp') : [],
    wanted('udp') ? readNetstatSockets(host, 'udp') : [],
    readIfconfig(host),
    readIdentity(host),
    owners ? readPs(host) : new Map<number, PsProcess>(),
    owners && processDetails ? readPsArguments(host) : new Map<number, string>(),
  ]);
  return {
    open: open.filter(({ proto }) => wanted(proto)),
    listed: [...tcp, ...udp],
    interfaces,
    isRoot: identity.isRoot,
    started,
    commandLines,
  };
}

function joinSources(sources: Sources): SocketReading {
  const places = placesOf(sources.interfaces);
  const unowned = groupByEndpoints(sources.listed);
  const sockets: Socket[] = [];
  const owners = new Map<Socket['key'], Ownership>();
  const users = new Map<number, string>();
  const known = new Map<number, Process>();

  for (const [key, holders] of groupByHolders(sources.open)) {
    const first = holders[0]!;
    const counters = unowned.get(endpointsKey(first))?.shift();
    sockets.push(openSocket(key, first, counters, places));
    const pids = new Map(holders.map(({ process }) => [process.pid, process]));
    const processes = [...pids.values()].map((process) => processOf(process, sources, known)).sort(byStart);
    owners.set(key, { processes, attribution: 'lsof exact' });
    for (const { uid, user } of pids.values()) if (uid !== null && user !== null) users.set(uid, user);
  }
  for (const [endpoints, rows] of unowned) {
    for (const [ordinal, row] of rows.entries()) {
      const key = `${endpoints} #${ordinal}`;
      sockets.push(listedSocket(key, row, places));
      owners.set(key, { processes: [], attribution: whyUnowned(row, sources.isRoot) });
    }
  }
  const isDenied = ({ attribution }: Ownership): boolean => attribution === 'none denied';
  const nowhere: Ownership = { processes: [], attribution: 'none unseen' };
  return {
    sockets,
    ownerOf: (socket) => owners.get(socket.key) ?? nowhere,
    userOf: (uid) => users.get(uid) ?? null,
    ifaceOf: ({ ifindex, local_addr }) => places.nameOf(ifindex) ?? places.holderOf(local_addr),
    netns: null,
    limits: [...owners.values()].some(isDenied) ? [OTHER_USERS] : [],
  };
}

/** States in which root finds a socket without a process: the process closed it and the kernel sees it out. */
const ORPHAN_STATES: ReadonlySet<Socket['state']> = new Set([
  'FIN_WAIT1',
  'FIN_WAIT2',
  'CLOSING',
  'LAST_ACK',
  'TIME_WAIT',
]);

function whyUnowned({ state }: NetstatSocket, isRoot: boolean): Attribution {
  if (!isRoot) return state === 'TIME_WAIT' ? 'none kernel' : 'none denied';
  return ORPHAN_STATES.has(state) ? 'none kernel' : 'none unseen';
}

/** lsof reads descriptors by proc_pidinfo, which refuses those of other users' processes. */
export const OTHER_USERS: Limit = {
  what: "owners of other users' sockets",
  why: "lsof shows an ordinary user the descriptors of that user's processes only",
  remedy: 'sudo netwatch conns',
};

/** Sockets with the same ends cannot be told apart in netstat's table, so none of them keeps its bytes. */
function groupByEndpoints(listed: readonly NetstatSocket[]): Map<string, NetstatSocket[]> {
  const groups = groupBy(listed, endpointsKey);
  for (const [key, group] of groups) {
    if (group.length > 1)
      groups.set(
        key,
        group.map((socket) => ({ ...socket, rxBytes: null, txBytes: null })),
      );
  }
  return groups;
}

/** Every holder of each socket, by its key. */
function groupByHolders(open: readonly LsofSocket[]): Map<string, LsofSocket[]> {
  return groupBy(open, (socket) => `${endpointsKey(socket)} ${socket.device ?? `${socket.process.pid}/${socket.fd}`}`);
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function openSocket(key: string, from: LsofSocket, counters: NetstatSocket | undefined, places: Places): Socket {
  return {
    ...socketOf(key, from, places),
    uid: from.process.uid,
    rx_bytes: counters?.rxBytes ?? null,
    tx_bytes: counters?.txBytes ?? null,
    mss: from.mss,
  };
}

function listedSocket(key: string, from: NetstatSocket, places: Places): Socket {
  return { ...socketOf(key, from, places), rx_bytes: from.rxBytes, tx_bytes: from.txBytes };
}

function socketOf(key: string, from: LsofSocket | NetstatSocket, places: Places): Socket {
  const { proto, local, remote } = from;
  return {
    ...blankSocket(),
    source: 'netstat',
    key,
    proto,
    family: local.family,
    state: from.state,
    local_addr: local.addr,
    local_port: local.port,
    remote_addr: remote === null ? null : remote.addr,
    remote_port: remote === null ? null : remote.port,
    ifindex: places.indexOf(local.zone) || places.indexOf(remote?.zone ?? null),
    rx_queue: from.rxQueue,
    tx_queue: from.txQueue,
  };
}

/** A process once for all its sockets. */
function processOf({ pid, command, uid }: LsofProcess, sources: Sources, known: Map<number, Process>): Process {
  let process = known.get(pid);
  if (process === undefined) {
    const found = sources.started.get(pid);
    const exe = found?.exe ?? null;
    process = {
      pid,
      name: nameOf(command, exe),
      comm: command,
      exe,
      cmdline: sources.commandLines.get(pid) ?? null,
      uid,
      cgroup: null,
      container: null,
      started: found?.started ?? null,
    };
    known.set(pid, process);
  }
  return process;
}

/** lsof cuts names at 31 bytes, ps has a path that the process could have set: each mends the other. */
function nameOf(command: string, exe: string | null): string {
  const name = exe === null ? '' : exe.slice(exe.lastIndexOf('/') + 1);
  return name.startsWith(command) ? name : command;
}

/** Sorts after every time: a process that ended before ps ran. */
const LAST = '~';

function byStart(a: Process, b: Process): number {
  return (a.started ?? LAST).localeCompare(b.started ?? LAST) || a.pid - b.pid;
}
