import { systemRandomWords } from '../../core/wire/random-words.ts';
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
  const interned = new Map<string, Holders<T>>();
  const intern = (processes: readonly ProcessKey[]): Holders<T> => {
    const key = processes.map(({ pid, started }) => `${pid} ${started}`).join();
    const holders = interned.get(key) ?? { processes, said: null };
    interned.set(key, holders);
    return holders;
  };
  const join = (holders: Holders<T>, process: ProcessKey): Holders<T> =>
    holders.processes.some((other) => isSame(other, process))
      ? holders
      : intern([...holders.processes, process].sort(byStart));
  const byInode = new HoldersByInode<T>(
    descriptors.reduce((sum, { inodes }) => sum + inodes.length, 0),
    join,
  );
  for (const process of descriptors) byInode.addAll(process, intern([process]));
  return byInode;
}

/**
 * Who holds a socket, by its inode: a hash table of numbers, which takes a quarter of the time of a Map of 18,000. Programs
 * choose which of their inodes they keep; where one comes to lie, a secret says.
 */
export class HoldersByInode<T> {
  private readonly inodes: Uint32Array;
  private readonly holders: (Holders<T> | undefined)[];
  private readonly shift: number;
  private readonly secret: number;
  private readonly join: (holders: Holders<T>, process: ProcessKey) => Holders<T>;

  /** There is room for `most` inodes; `join` makes the holders of a socket that another process holds, too. */
  constructor(most = 0, join: (holders: Holders<T>, process: ProcessKey) => Holders<T> = (holders) => holders) {
    const bits = 32 - Math.clz32(2 * most + 1);
    this.inodes = new Uint32Array(2 ** bits);
    this.holders = new Array<Holders<T> | undefined>(2 ** bits);
    this.shift = 32 - bits;
    const words = new Int32Array(1);
    systemRandomWords(words);
    this.secret = words[0]! | 1;
    this.join = join;
  }

  /** Sockets of a process; `alone` are its holders where no other holds one. */
  addAll(process: Descriptors, alone: Holders<T>): void {
    const { inodes } = process;
    for (let index = 0; index < inodes.length; index++) {
      const inode = inodes[index]!;
      if (inode === 0) continue;
      const place = this.placeOf(inode);
      const before = this.holders[place];
      this.inodes[place] = inode;
      this.holders[place] = before === undefined || before === alone ? alone : this.join(before, process);
    }
  }

  get(inode: number): Holders<T> | undefined {
    return this.holders[this.placeOf(inode)];
  }

  /** Where an inode is, or may be put. Multiplication by a secret, from whose upper bits on places follow one another. */
  private placeOf(inode: number): number {
    const { inodes } = this;
    let place = Math.imul(inode, this.secret) >>> this.shift;
    for (let found = inodes[place]!; found !== inode && found !== 0; found = inodes[place]!) {
      place = (place + 1) & (inodes.length - 1);
    }
    return place;
  }
}

const isSame = (a: ProcessKey, b: ProcessKey): boolean => a.pid === b.pid && a.started === b.started;
const byStart = (a: ProcessKey, b: ProcessKey): number => a.started - b.started || a.pid - b.pid;
