import type { Descriptors } from './proc-pid-fd.ts';

/** A process as far as it has to be told from others: pids are used again. */
export type ProcessKey = Pick<Descriptors, 'pid' | 'started'>;

/** The processes that hold a socket, the first to start first. Sockets with the same holders share the object. */
export interface Holders<T> {
  readonly processes: readonly ProcessKey[];
  /** What is known of them all; the caller's. */
  said: T | null;
}

/** The holders of every socket inode in a scan. */
export function indexHolders<T>(descriptors: readonly Descriptors[]): HoldersByInode<T> {
  const byInode = new HoldersByInode<T>();
  const entries = entriesOf(descriptors);
  const interned = new Map<string, number>();
  const intern = (processes: readonly ProcessKey[]): number => {
    const key = processes.map(({ pid, started }) => `${pid} ${started}`).join();
    const number = interned.get(key) ?? byInode.addHolders({ processes, said: null });
    interned.set(key, number);
    return number;
  };
  const alone = descriptors.map((process) => intern([process]));
  for (let at = 0; at < entries.length; ) {
    const inode = Math.floor(entries[at]! / MOST_PROCESSES);
    const end = endOf(entries, at, (inode + 1) * MOST_PROCESSES);
    byInode.add(inode, end - at === 1 ? alone[entries[at]! % MOST_PROCESSES]! : intern(togetherOf(at, end)));
    at = end;
  }
  return byInode;

  /** The processes of some entries, each once. */
  function togetherOf(from: number, end: number): readonly ProcessKey[] {
    const processes: ProcessKey[] = [];
    for (let at = from; at < end; at++) {
      const process = descriptors[entries[at]! % MOST_PROCESSES]!;
      if (!processes.some((other) => isSame(other, process))) processes.push(process);
    }
    return processes.sort(byStart);
  }
}

/** A number has the inode, 32 bits, and which of so many processes holds it. */
const MOST_PROCESSES = 2 ** 21;

/** Each socket that a process holds, by inode. Sorted numbers take a third of the time of a Map of 18,000 inodes. */
function entriesOf(descriptors: readonly Descriptors[]): Float64Array {
  let count = 0;
  for (const { inodes } of descriptors) count += inodes.length;
  const entries = new Float64Array(count);
  let length = 0;
  for (let number = 0; number < descriptors.length; number++) {
    for (const inode of descriptors[number]!.inodes) {
      if (inode !== 0) entries[length++] = inode * MOST_PROCESSES + number;
    }
  }
  return entries.subarray(0, length).sort();
}

/** The first entry that is not below `limit`. */
function endOf(entries: Float64Array, from: number, limit: number): number {
  let end = from + 1;
  while (end < entries.length && entries[end]! < limit) end++;
  return end;
}

/** Who holds a socket, by its inode. */
export class HoldersByInode<T> {
  private readonly holders: Holders<T>[] = [];
  private inodes = new Uint32Array(0);
  private numbers = new Int32Array(0);
  private count = 0;

  addHolders(holders: Holders<T>): number {
    return this.holders.push(holders) - 1;
  }

  /** Inodes are added in ascending order. */
  add(inode: number, number: number): void {
    if (this.count === this.inodes.length) {
      const inodes = new Uint32Array(Math.max(64, 2 * this.count));
      inodes.set(this.inodes);
      this.inodes = inodes;
      const numbers = new Int32Array(inodes.length);
      numbers.set(this.numbers);
      this.numbers = numbers;
    }
    this.inodes[this.count] = inode;
    this.numbers[this.count++] = number;
  }

  get(inode: number): Holders<T> | undefined {
    const { inodes } = this;
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (inodes[middle]! < inode) low = middle + 1;
      else high = middle;
    }
    return low < this.count && inodes[low] === inode ? this.holders[this.numbers[low]!] : undefined;
  }
}

const isSame = (a: ProcessKey, b: ProcessKey): boolean => a.pid === b.pid && a.started === b.started;
const byStart = (a: ProcessKey, b: ProcessKey): number => a.started - b.started || a.pid - b.pid;
