import fs from 'node:fs';
import type { Host } from '../../core/system/host.ts';
import { type Libc, libc } from './libc.ts';

/** The link of a descriptor that is a socket (proc_pid_fd(5)): `socket:[4026]`. */
const SOCKET_LINK = /^socket:\[(\d{1,10})\]$/;
const PREFIX = Buffer.from('socket:[');
/** Room for the longest such link; of a longer link the kernel gives the beginning. */
const LINK_BYTES = 32;
const DIGIT_ZERO = 0x30;
/** So many numbers that stand for nothing, beside as many as stand for something, are tried. */
const WIDE_GAP = 256;

/** Tells the sockets among one process's descriptors. */
export interface FdInodes {
  /** How many descriptors the process has; null where that is not told: before Linux 6.2, and for a machine that is a folder. */
  readonly count: number | null;
  /** Inode of the socket behind a descriptor, 0 where there is none. Throws the error of the system call. */
  read(fd: number): number;
  /** Finds as many descriptors as there is room for, with what `read` says of them; false when there are wide gaps between them. */
  readAll(fds: Int32Array, inodes: Uint32Array): boolean;
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
  if (c === null) return { count: null, read: byPath, readAll: () => false, close: () => {} };
  const opened = fs.openSync(folder, 'r');
  return {
    count: tellsCounts() ? fs.fstatSync(opened).size : null,
    read(fd) {
      writeName(fd);
      const length = c.readlinkat(opened, name, link, LINK_BYTES);
      return length < 0 ? byPath(fd) : parseSocketLinkBytes(length); // the other way throws the error
    },
    readAll(fds, inodes) {
      let found = 0;
      for (let fd = 0; found < fds.length && fd <= 2 * found + WIDE_GAP; fd++) {
        writeName(fd);
        const length = c.readlinkat(opened, name, link, LINK_BYTES);
        if (length < 0) continue;
        fds[found] = fd;
        inodes[found++] = parseSocketLinkBytes(length);
      }
      return found === fds.length;
    },
    close: () => fs.closeSync(opened),
  };
}

let tells: boolean | null = null;

/** Whether the folder of descriptors has their number as its size. This process has some. */
function tellsCounts(): boolean {
  tells ??= fs.statSync('/proc/self/fd').size > 0;
  return tells;
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
