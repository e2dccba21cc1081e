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
  /** Inode of the socket behind a descriptor, 0 where there is none. Throws the error of the system call. */
  read(fd: number): number;
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
  if (c === null) return { read: byPath, close: () => {} };
  const opened = fs.openSync(folder, 'r');
  return {
    read(fd) {
      const length = c.readlinkat(opened, String(fd), link, LINK_BYTES);
      return length < 0 ? byPath(fd) : parseSocketLinkBytes(length); // the other way throws the error
    },
    close: () => fs.closeSync(opened),
  };
}

/** The inode in the target of a link, or 0. */
export function parseSocketLink(target: string): number {
  return Number(SOCKET_LINK.exec(target)?.[1] ?? 0) >>> 0;
}

const link = Buffer.alloc(LINK_BYTES);

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
