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
export function indexHolders<T>(descriptors: readonly Descriptors[]): Map<number, Holders<T>> {
  const byInode = new Map<number, Holders<T>>();
  const interned = new Map<string, Holders<T>>();
  const intern = (processes: readonly ProcessKey[]): Holders<T> => {
    const key = processes.map(({ pid, started }) => `${pid} ${started}`).join();
    const holders = interned.get(key) ?? { processes, said: null };
    interned.set(key, holders);
    return holders;
  };
  for (const process of descriptors) {
    const alone = intern([process]);
    for (const inode of process.inodes) {
      const holders = inode === 0 ? alone : byInode.get(inode);
      if (holders === undefined) byInode.set(inode, alone);
      else if (holders !== alone && !holders.processes.some((other) => isSame(other, process))) {
        byInode.set(inode, intern([...holders.processes, process].sort(byStart)));
      }
    }
  }
  return byInode;
}

const isSame = (a: ProcessKey, b: ProcessKey): boolean => a.pid === b.pid && a.started === b.started;
const byStart = (a: ProcessKey, b: ProcessKey): number => a.started - b.started || a.pid - b.pid;
