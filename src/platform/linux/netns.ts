import fs from 'node:fs';
import { EXIT, Failure } from '../../core/failure.ts';
import { shellWord } from '../../core/output/shell-word.ts';
import { ERRNO, libc } from './libc.ts';
import { processExists } from './process-state.ts';

const CLONE_NEWNET = 0x40000000;

/** A network namespace to read from. */
export interface NetworkNamespace {
  /** As the `netns` field shows it: the name asked for, or net:[inode]. */
  readonly label: string;
  /** Its number in the kernel. */
  readonly inode: number;
  /**
   * Runs `inside` with this thread in the namespace and comes back. Sockets opened inside stay in it. `inside` must be
   * synchronous: the event loop never runs in a foreign namespace.
   */
  enter<T>(inside: () => T): T;
  close(): void;
}

/**
 * Opens a namespace by its name under /run/netns or by the id of a process in it. Throws Failure 66 when there is none,
 * 77 when it may not be entered (CAP_SYS_ADMIN).
 */
export function openNetns(nameOrPid: string): NetworkNamespace {
  const file = /^[0-9]+$/.test(nameOrPid) ? `/proc/${nameOrPid}/ns/net` : `/run/netns/${nameOrPid}`;
  if (nameOrPid === '' || nameOrPid.includes('/') || nameOrPid.startsWith('.')) {
    throw new Failure(EXIT.usage, `network namespace "${nameOrPid}" is neither a name nor a process id`);
  }
  const target = openNamespaceFile(nameOrPid, file);
  const own = fs.openSync('/proc/thread-self/ns/net', 'r');
  const inode = fs.fstatSync(target).ino;
  const label = /^[0-9]+$/.test(nameOrPid) ? `net:[${inode}]` : nameOrPid;
  return {
    label,
    inode,
    enter: (inside) => {
      const c = libc();
      if (c.setns(target, CLONE_NEWNET) < 0) throw cannotEnter(nameOrPid, c.errno());
      try {
        return inside();
      } finally {
        leave(own, label);
      }
    },
    close: () => {
      fs.closeSync(target);
      fs.closeSync(own);
    },
  };
}

/** Staying behind would answer every later question for the wrong machine. */
function leave(own: number, label: string): void {
  if (libc().setns(own, CLONE_NEWNET) < 0) throw new Failure(EXIT.internal, `cannot leave network namespace ${label}`);
}

function openNamespaceFile(nameOrPid: string, file: string): number {
  try {
    return fs.openSync(file, 'r');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const isHidden = /^[0-9]+$/.test(nameOrPid) && processExists(Number(nameOrPid));
    if (code === 'EACCES' || code === 'EPERM' || isHidden) throw cannotEnter(nameOrPid, ERRNO.EPERM);
    throw new Failure(EXIT.noInput, `no network namespace "${nameOrPid}"`, {
      hint: 'ip netns list',
      cause: error,
    });
  }
}

function cannotEnter(nameOrPid: string, errno: number): Failure {
  if (errno !== ERRNO.EPERM && errno !== ERRNO.EACCES) {
    return new Failure(EXIT.noInput, `"${nameOrPid}" is not a network namespace (errno ${errno})`, {
      hint: 'ip netns list',
    });
  }
  return new Failure(EXIT.noPermission, `entering network namespace "${nameOrPid}" needs CAP_SYS_ADMIN`, {
    hint: `sudo netwatch conns --netns ${shellWord(nameOrPid)}`,
  });
}
