import type { Host } from '../../core/system/host.ts';
import { type FdInodes, openFdInodes } from './fd-inodes.ts';
import { readStat } from './proc-pid.ts';
import { threadFolders } from './proc-pid-task.ts';

/** Threads share a process's descriptors out by number, this many at a time: about a millisecond's work. */
const SHARE = 256;
/** More than any descriptor number: fs.nr_open ends below 2^28. */
const ALL = 0x4000_0000;

/** Descriptors of one process. It may stand in a scan twice, when two threads read a part each. */
export interface Descriptors {
  readonly pid: number;
  /** Start of the process in clock ticks since boot: with the pid its identity. */
  readonly started: number;
  /** Descriptor numbers, ascending. */
  readonly fds: Int32Array;
  /** Inode of the socket behind each; 0 where there is none, or another thread looked. */
  readonly inodes: Uint32Array;
}

export interface DescriptorScan {
  readonly processes: readonly Descriptors[];
  /** Processes whose descriptors this user may not read. */
  readonly unreadable: readonly number[];
  /** Processes that list none: threads of the kernel, and those whose main thread has ended. */
  readonly without: readonly number[];
  /** Whether some descriptors were counted up, so that one may have been passed over while others came and went. */
  readonly isCounted?: boolean;
}

/** Processes to read, and for each the lowest descriptor that no thread has taken on. */
export interface SharedWork {
  readonly pids: Int32Array;
  readonly claimed: Int32Array;
}

/** Two threads that begin at different ends seldom have to list the same folder. */
export type Direction = 'forward' | 'backward';

/** Ids of all processes that /proc shows, ascending. */
export function listProcesses(host: Host): Int32Array {
  try {
    return numbersIn(host.list('/proc'));
  } catch {
    return new Int32Array(0);
  }
}

/**
 * Reads every descriptor that no other thread has taken on. Threads that are given the same work end together. A process
 * that vanishes meanwhile is left out.
 */
export function scanDescriptors(host: Host, { pids, claimed }: SharedWork, direction: Direction): DescriptorScan {
  const backward = direction === 'backward';
  return collect(backward ? pids.toReversed() : pids, (pid, position) => {
    const index = backward ? pids.length - 1 - position : position;
    if (Atomics.load(claimed, index) >= ALL) return null;
    return readDescriptors(host, pid, folderOf(pid), (fds, inodeOf) => {
      const inodes = new Uint32Array(fds.length);
      const last = fds.at(-1)!;
      let at = 0;
      for (let from = Atomics.add(claimed, index, SHARE); from <= last; from = Atomics.add(claimed, index, SHARE)) {
        while (fds[at]! < from) at++;
        for (; at < fds.length && fds[at]! < from + SHARE; at++) inodes[at] = inodeOf(fds[at]!);
      }
      Atomics.store(claimed, index, ALL);
      return inodes;
    });
  });
}

/** A process with as many descriptors is not asked to list them: to list 6000 takes 5 ms. */
const MANY = 256;

/**
 * The same by one thread. Where the kernel tells how many descriptors a process has, and they are many, they are not listed but
 * counted up from 0, as they are given out, until so many are found.
 */
export function scanAlone(host: Host, pids: Int32Array): DescriptorScan {
  let isCounted = false;
  const scan = collect(pids, (pid) => {
    const counted = host.root === null ? countUp(host, pid) : null;
    if (counted === null) {
      return readDescriptors(host, pid, folderOf(pid), (fds, inodeOf) => Uint32Array.from(fds, inodeOf));
    }
    isCounted = true;
    return counted;
  });
  return { ...scan, isCounted };
}

/** Null where they are few, or too far apart, or some went meanwhile, and where they cannot be read: to list them says why. */
function countUp(host: Host, pid: number): Descriptors | null {
  let links: FdInodes;
  try {
    links = openFdInodes(host, folderOf(pid));
  } catch {
    return null;
  }
  try {
    const { count } = links;
    if (count === null || count < MANY) return null;
    // read before the links, as below
    const started = readStat(host, pid)?.started;
    if (started === undefined) return null;
    const fds = new Int32Array(count);
    const inodes = new Uint32Array(count);
    return links.readAll(fds, inodes) ? { pid, started, fds, inodes } : null;
  } finally {
    links.close();
  }
}

/** Leaves nothing to read: every thread that reads ends with what it is at. */
export function claimAll({ claimed }: SharedWork): void {
  for (let index = 0; index < claimed.length; index++) Atomics.store(claimed, index, ALL);
}

/**
 * Reads the descriptors that have come since `before`, or whose socket is no longer in `alive`. A number that stood for
 * something else than a socket is only read again with `filesToo`.
 */
export function rescanDescriptors(
  host: Host,
  before: readonly Descriptors[],
  alive: ReadonlySet<number>,
  filesToo: boolean,
): DescriptorScan {
  const known = knownInodes(before, alive, filesToo);
  return collect(listProcesses(host), (pid) =>
    readDescriptors(host, pid, folderOf(pid), (fds, inodeOf, started) => {
      const inodes = known.get(identity(pid, started));
      return Uint32Array.from(fds, (fd) => inodes?.get(fd) ?? inodeOf(fd));
    }),
  );
}

/**
 * Reads the descriptors of processes that list none, where another of their threads lists some: when the main thread of a
 * process has ended, its other threads still hold the sockets.
 */
export function scanThreads(host: Host, pids: readonly number[]): readonly Descriptors[] {
  return pids.map((pid) => readThreads(host, pid)).filter((found) => found !== null);
}

function readThreads(host: Host, pid: number): Descriptors | null {
  for (const thread of threadFolders(host, pid)) {
    try {
      const found = readDescriptors(host, pid, `${thread}/fd`, (fds, inodeOf) => Uint32Array.from(fds, inodeOf));
      if (found !== null && found !== WITHOUT) return found;
    } catch {
      // it has ended as well, or may not be read
    }
  }
  return null;
}

/** Inode, or 0 for no socket, of each descriptor of each process. */
function knownInodes(
  before: readonly Descriptors[],
  alive: ReadonlySet<number>,
  filesToo: boolean,
): Map<string, Map<number, number>> {
  const known = new Map<string, Map<number, number>>();
  for (const { pid, started, fds, inodes } of before) {
    const key = identity(pid, started);
    const ofProcess = known.get(key) ?? new Map<number, number>();
    known.set(key, ofProcess);
    for (let index = 0; index < fds.length; index++) {
      const inode = inodes[index]!;
      if (inode === 0 ? !filesToo && !ofProcess.has(fds[index]!) : alive.has(inode)) ofProcess.set(fds[index]!, inode);
    }
  }
  return known;
}

const identity = (pid: number, started: number): string => `${pid} ${started}`;
const folderOf = (pid: number): string => `/proc/${pid}/fd`;

/** A process that lists no descriptor. */
const WITHOUT = 'without';
type Found = Descriptors | typeof WITHOUT | null;

function collect(pids: Int32Array, read: (pid: number, position: number) => Found): DescriptorScan {
  const processes: Descriptors[] = [];
  const unreadable: number[] = [];
  const without: number[] = [];
  for (let position = 0; position < pids.length; position++) {
    const pid = pids[position]!;
    try {
      const found = read(pid, position);
      if (found === WITHOUT) without.push(pid);
      else if (found !== null) processes.push(found);
    } catch (error) {
      if (isDenied(error)) unreadable.push(pid); // else it has vanished
    }
  }
  return { processes, unreadable, without };
}

/** The inodes behind some descriptors of a process, in their order. */
type InodesOf = (fds: Int32Array, inodeOf: (fd: number) => number, started: number) => Uint32Array;

/** Null when the process is gone. Throws the error of the system call. */
function readDescriptors(host: Host, pid: number, folder: string, inodesOf: InodesOf): Found {
  const fds = numbersIn(host.list(folder));
  if (fds.length === 0) return WITHOUT;
  // read before the links: whoever still has the pid and this start afterwards has had them all along
  const started = readStat(host, pid)?.started;
  if (started === undefined) return null;
  const links = openFdInodes(host, folder);
  try {
    const inodes = inodesOf(fds, (fd) => inodeIfOpen(links, fd), started);
    return { pid, started, fds, inodes };
  } finally {
    links.close();
  }
}

function inodeIfOpen(links: FdInodes, fd: number): number {
  try {
    return links.read(fd);
  } catch (error) {
    if (isDenied(error)) throw error;
    return 0;
  }
}

function isDenied(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM';
}

/** The names that are numbers, ascending: /proc holds other folders too. */
function numbersIn(names: readonly string[]): Int32Array {
  const numbers = new Int32Array(names.length);
  let count = 0;
  for (const name of names) {
    const number = Number(name);
    if (Number.isInteger(number)) numbers[count++] = number;
  }
  return numbers.subarray(0, count).sort();
}
