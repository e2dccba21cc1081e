import fs from 'node:fs';
import type { Host } from '../../core/system/host.ts';
import { type Libc, libc } from './libc.ts';

/** The link of a descriptor that is a socket (proc_pid_fd(5)): `socket:[4026]`. */
const SOCKET_LINK = /^socket:\[(\d{1,10})\]$/;
const PREFIX = Buffer.from('socket:[');
/** Room for the longest such link; of a longer link the kernel gives the beginning. */
const LINK_BYTES = 32;
const DIGIT_ZERO = 0x30;

/** Tells the sockets among one process's descriptors. */
export interface FdInodes {
  /** How many descriptors the process has; 0 where that is not told: before Linux 6.2, and for a machine that is a folder. */
  readonly count: number;
  /** Inode of the socket behind a descriptor, 0 where there is none. Throws the error of the system call. */
  read(fd: number): number;
  /** The same; -1 where there is no such descriptor, or it cannot be read. */
  readIfAny(fd: number): number;
  close(): void;
}

/**
 * Opens a folder /proc/PID/fd. Links are read relative to it and into one buffer by readlinkat(2), in half the time of
 * fs.readlinkSync, which serves where koffi has no binary and for a machine that is a folder. Throws the error of the
 * system call.
 */
export function openFdInodes(host: Host, folder: string): FdInodes {
  const byPath = (fd: number): number => parseSocketLink(host.link(`${folder}/${fd}`));
  const c = host.root === null ? libcIfAny() : null;
  if (c === null) return { count: 0, read: byPath, readIfAny: () => -1, close: () => {} };
  const opened = fs.openSync(folder, 'r');
  const readIfAny = (fd: number): number => {
    writeName(fd);
    const length = c.readlinkat(opened, name, link, LINK_BYTES);
    return length < 0 ? -1 : parseSocketLinkBytes(length);
  };
  return {
    count: fs.fstatSync(opened).size,
    read(fd) {
      const inode = readIfAny(fd);
      return inode < 0 ? byPath(fd) : inode; // the other way throws the error
    },
    readIfAny,
    close: () => fs.closeSync(opened),
  };
}

/** The inode in the target of a link, or 0. */
export function parseSocketLink(target: string): number {
  return Number(SOCKET_LINK.exec(target)?.[1] ?? 0) >>> 0;
}

const link = Buffer.alloc(LINK_BYTES);

/** The name of a descriptor, as the C library reads it: a string that koffi would convert takes longer than its digits. */
const name = new Uint8Array(11);

function writeName(fd: number): void {
  let length = 1;
  for (let rest = (fd / 10) | 0; rest > 0; rest = (rest / 10) | 0) length++;
  name[length] = 0;
  for (let rest = fd; length > 0; rest = (rest / 10) | 0) name[--length] = DIGIT_ZERO + (rest % 10);
}

/** The same for the bytes just read: a text for each of 18,000 links would take a third of the time. */
function parseSocketLinkBytes(length: number): number {
  for (let index = 0; index < PREFIX.length; index++) if (link[index] !== PREFIX[index]) return 0;
  let inode = 0;
  for (let index = PREFIX.length; index < length - 1; index++) inode = inode * 10 + link[index]! - DIGIT_ZERO;
  return inode >>> 0;
}

/** Null where there is no koffi. */
function libcIfAny(): Libc | null {
  try {
    return libc();
  } catch {
    return null;
  }
}
