import type { Limit } from '../../core/limit.ts';
import type { Ownership, Process, Socket } from '../../core/socket/socket.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { Host } from '../../core/system/host.ts';
import { parseEffectiveCapabilities } from './capabilities.ts';
import { readHidepid } from './hidepid.ts';
import { absentLimit, deniedLimit } from './owner-limits.ts';
import { parseUid, readBootTime, readProcess, readStat } from './proc-pid.ts';
import { type DescriptorScan, type Descriptors, rescanDescriptors, scanThreads } from './proc-pid-fd.ts';
import { type Holders, HoldersByInode, indexHolders, type ProcessKey } from './socket-holders.ts';
import { type StartedScan, startScan } from './started-scan.ts';

/** Age at which all descriptors are read anew. */
const MAX_SCAN_AGE_MS = 10_000;

const KERNEL: Ownership = { processes: [], attribution: 'none kernel' };
const DENIED: Ownership = { processes: [], attribution: 'none denied' };
const UNSEEN: Ownership = { processes: [], attribution: 'none unseen' };

/** A scan older than this says too little of now. */
const FRESH_MS = 2000;

let early: { readonly scan: StartedScan; readonly at: number } | null = null;

/**
 * Takes over a scan of this machine that was started before the program was loaded: the next listing uses it. `now` is the
 * time of the monotonic clock.
 */
export function adoptScan(scan: StartedScan, now: number): void {
  early = { scan, at: now };
}

function takeEarlyScan(now: number): StartedScan | null {
  const taken = early;
  early = null;
  return taken !== null && now - taken.at < FRESH_MS ? taken.scan : null;
}

/** Sockets of a listing, as far as it takes to find their owners. */
export interface HeldSockets {
  readonly count: number;
  /** Null where the kernel keeps none: no process holds the socket. */
  inodeOf(index: number): number | null;
  uidOf(index: number): number | null;
}

export function heldSockets(sockets: readonly Pick<Socket, 'inode' | 'uid'>[]): HeldSockets {
  return {
    count: sockets.length,
    inodeOf: (index) => sockets[index]!.inode,
    uidOf: (index) => sockets[index]!.uid,
  };
}

/** One of them whose holder is not known. */
interface Unheld {
  readonly inode: number;
  readonly uid: number | null;
}

/** Owners of sockets, listing after listing. */
export interface SocketOwners {
  /** To be called before the sockets are listed: a large scan then runs beside the listing. */
  start(): void;
  /** To be called after. */
  find(sockets: HeldSockets): Promise<FoundOwners>;
}

export interface FoundOwners {
  /** The owner of a socket that was listed; looks it up and reads nothing. */
  readonly ownerOf: (socket: Socket) => Ownership;
  readonly limits: readonly Limit[];
}

/**
 * Finds owners, and keeps them so that a listing each second costs only what changed:
 *
 * - All descriptors are read at first, and again whenever that was 10 s ago.
 * - Between, an inode keeps its holders while these are the same processes (pid, start and name). Only an inode not met
 *   before makes netwatch look: at descriptors that are new or whose socket has gone, and if it is not among them, at
 *   those that stood for files.
 * - An inode that nobody holds is not looked for twice between two full scans, nor one whose user id says that its owner
 *   may not be seen.
 *
 * The limit of this: that a process took over, or let go of, a socket which lives on is seen after 10 s.
 */
export function openSocketOwners(host: Host, details: boolean, clock: Pick<Clock, 'monotonic'>): SocketOwners {
  const self = readSelf(host);
  const bootTime = readBootTime(host);
  const maySee = (uid: number | null): boolean => self.privileged || uid === self.uid;
  const hidepid = once(() => (self.privileged ? null : readHidepid(host)));
  // what hidepid hides may be of this user too: a process that changed its user, or whose memory is private
  const isDenied = (uid: number | null): boolean =>
    isAbsent || !maySee(uid) || deniedUids().has(uid) || hidepid() !== null;

  let scan: StartedScan | null = null;
  let scannedAt = Number.NEGATIVE_INFINITY;
  let descriptors: readonly Descriptors[] = [];
  let without: readonly number[] = [];
  /** /proc shows no process, not even this one: it is not mounted. */
  let isAbsent = false;
  let holders = new HoldersByInode<Ownership>();
  let unreadable: readonly number[] = [];
  let deniedUids = (): ReadonlySet<number | null> => new Set();
  const processes = new Map<number, ProcessKey & { readonly process: Process | null }>();
  const ownerless = new Set<number>();
  /** Sockets of the last listing that no known process holds. */
  let unheld: Unheld[] = [];
  let limit: Limit | null = null;

  function adopt(found: DescriptorScan): void {
    descriptors = found.processes;
    unreadable = found.unreadable;
    without = found.without;
    isAbsent = host.root === null && descriptors.length + without.length + unreadable.length === 0;
    deniedUids = once(() => new Set(found.unreadable.map((pid) => readUid(host, pid))));
    holders = indexHolders(descriptors);
  }

  function forgetChangedProcesses(): void {
    const gone = new Set<number>();
    let changed = false;
    for (const { pid, started, process } of processes.values()) {
      const stat = readStat(host, pid);
      if (stat?.started !== started) gone.add(pid);
      // another name: it has executed another program
      else if (stat.comm === process?.comm) continue;
      processes.delete(pid);
      changed = true;
    }
    if (gone.size > 0) descriptors = descriptors.filter(({ pid }) => !gone.has(pid));
    if (changed) holders = indexHolders(descriptors);
  }

  function processOf({ pid, started }: ProcessKey): Process | null {
    let known = processes.get(pid);
    if (known?.started !== started) {
      known = { pid, started, process: readProcess(host, pid, started, bootTime, details) };
      processes.set(pid, known);
    }
    return known.process;
  }

  function describe(of: Holders<Ownership>): Ownership {
    const alive = of.processes.map(processOf).filter((process) => process !== null);
    if (alive.length === 0) return UNSEEN;
    return { processes: alive, attribution: alive.length === 1 ? 'proc_fd exact' : 'proc_fd shared' };
  }

  /** Describes who holds the sockets, and returns those that should have a holder but have none. */
  function settle(sockets: HeldSockets): Unheld[] {
    const missing = match(sockets);
    return missing.length > 0 && adoptThreads() ? match(sockets) : missing;
  }

  /** Reads what only other threads than the main one list: seldom any, so only when a holder is missing. */
  function adoptThreads(): boolean {
    const found = scanThreads(host, without);
    without = [];
    if (found.length === 0) return false;
    descriptors = [...descriptors, ...found];
    holders = indexHolders(descriptors);
    return true;
  }

  function match(sockets: HeldSockets): Unheld[] {
    const missing: Unheld[] = [];
    unheld = [];
    const { count } = sockets;
    for (let index = 0; index < count; index++) {
      const inode = sockets.inodeOf(index);
      if (inode === null) continue;
      const known = holders.get(inode);
      if (known !== undefined) {
        known.said ??= describe(known);
        if (known.said !== UNSEEN) continue;
      }
      const socket = { inode, uid: sockets.uidOf(index) };
      if (known === undefined) unheld.push(socket);
      if (maySee(socket.uid) && !ownerless.has(inode)) missing.push(socket);
    }
    return missing;
  }

  /** Looks for what is missing among the descriptors that have changed; returns what is missing still. */
  function look(sockets: HeldSockets, missing: Unheld[], filesToo: boolean): Unheld[] {
    if (missing.length === 0) return missing;
    adopt(rescanDescriptors(host, descriptors, inodesOf(sockets), filesToo));
    return settle(sockets);
  }

  function giveUp(missing: readonly Unheld[]): void {
    for (const { inode } of missing) ownerless.add(inode);
  }

  async function scanAll(started: StartedScan, sockets: HeldSockets): Promise<void> {
    const found = await started.finish();
    adopt(found);
    processes.clear();
    ownerless.clear();
    const missing = settle(sockets);
    if (!started.isEarly && found.isCounted !== true) giveUp(missing);
    // what came while they were listed; where that may be denied as well, the next listing looks
    else if (missing.some(({ uid }) => !isDenied(uid))) look(sockets, missing, false);
  }

  function scanChanges(sockets: HeldSockets): void {
    forgetChangedProcesses();
    giveUp(look(sockets, look(sockets, settle(sockets), false), true));
  }

  /** Inodes and users of the sockets whose owner may be one that this user cannot see. */
  function deniedInodes(): Map<number, number | null> {
    return new Map(unheld.filter(({ uid }) => isDenied(uid)).map(({ inode, uid }) => [inode, uid]));
  }

  return {
    start() {
      const now = clock.monotonic();
      if (now - scannedAt < MAX_SCAN_AGE_MS) return;
      scannedAt = now;
      scan = (host.root === null ? takeEarlyScan(now) : null) ?? startScan(host);
    },
    async find(sockets) {
      if (scan === null) scanChanges(sockets);
      else await scanAll(scan, sockets);
      scan = null;
      const index = holders;
      const denied = deniedInodes();
      // kept as it was first said, as its text is its identity
      if (denied.size > 0) {
        const found = { sockets: denied.size, uids: denied.values(), pids: unreadable, hidepid: hidepid() };
        limit ??= isAbsent ? absentLimit(denied.size) : deniedLimit(host, { ...found, ...self });
      }
      return {
        ownerOf({ inode }) {
          if (inode === null) return KERNEL;
          return index.get(inode)?.said ?? (denied.has(inode) ? DENIED : UNSEEN);
        },
        limits: denied.size > 0 && limit !== null ? [limit] : [],
      };
    },
  };
}

/** What this process may see: everything with CAP_SYS_PTRACE, else what runs as its own user (ptrace(2)). */
function readSelf(host: Host): { readonly uid: number | null; readonly privileged: boolean } {
  const status = host.readIfAny('/proc/self/status');
  // a machine that is a folder may lack it, and hides nothing
  if (status === null) return { uid: null, privileged: true };
  return { uid: parseUid(status), privileged: parseEffectiveCapabilities(status).has('CAP_SYS_PTRACE') };
}

function readUid(host: Host, pid: number): number | null {
  return parseUid(host.readIfAny(`/proc/${pid}/status`) ?? '');
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function inodesOf(sockets: HeldSockets): Set<number> {
  const inodes = new Set<number>();
  for (let index = 0; index < sockets.count; index++) {
    const inode = sockets.inodeOf(index);
    if (inode !== null) inodes.add(inode);
  }
  return inodes;
}
