import fs from 'node:fs';
import { createRequire } from 'node:module';
import type koffiModule from 'koffi';
import { EXIT, Failure, messageOf } from '../../core/failure.ts';
import { installationOf, mendModule } from '../machine/installation.ts';

/** The C library calls netwatch makes, each with the C signature given to koffi below. A negative result is an error; see `errno`. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  /** `pair` is an array of two 32-bit numbers, as the call writes it. */
  socketpair(domain: number, type: number, protocol: number, pair: Uint8Array): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  send(fd: number, data: Uint8Array, length: number, flags: number): number;
  recv(fd: number, data: Uint8Array, length: number, flags: number): number;
  sendto(fd: number, data: Uint8Array, length: number, flags: number, to: Uint8Array, toLength: number): number;
  /** `message` is a struct msghdr. */
  sendmsg(fd: number, message: Uint8Array, flags: number): number;
  recvmsg(fd: number, message: Uint8Array, flags: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  /** `length` is a 32-bit number, as the call reads and writes it. */
  getsockopt(fd: number, level: number, name: number, value: Uint8Array, length: Uint8Array): number;
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  setns(fd: number, kind: number): number;
  close(fd: number): number;
  /** `time` is a struct timespec. */
  clock_gettime(clock: number, time: Uint8Array): number;
  /** `information` is a siginfo_t. */
  waitid(kind: number, id: number, information: Uint8Array, options: number): number;
  prctl(option: number, a: number, b: number, c: number, d: number): number;
  /** Ends the process at once: no other thread is waited for. */
  _exit(status: number): void;
  /** A system call the C library has no function for, or one that it would not make as it is. */
  syscall(number: number, a: bigint, b: bigint, c: bigint, d: bigint): number;
  /** The address of the pages; -1 for an error. */
  mmap(near: bigint, length: number, protection: number, flags: number, fd: number, offset: number): bigint;
  mprotect(address: bigint, length: number, protection: number): number;
  /** Copies bytes to an address. */
  memcpy(to: bigint, from: Uint8Array, length: number): void;
  /** `parts` is an array of struct iovec. */
  writev(fd: number, parts: Uint32Array, count: number): number;
  /** `name` ends in a NUL. */
  readlinkat(folder: number, name: Uint8Array, target: Uint8Array, size: number): number;
  /** Where the bytes lie, for a structure that points to another; valid while `data`, of allocUnsafeSlow, is held. */
  address(data: Uint8Array): bigint;
  /** Error number of the last call that failed. */
  errno(): number;
}

let loaded: Libc | null = null;

/**
 * The C library, loaded once. Throws Failure 69 when koffi has no binary for this machine: callers fall back to text
 * files, so that netwatch still answers.
 */
export function libc(): Libc {
  loaded ??= load();
  return loaded;
}

function load(): Libc {
  const koffi = loadKoffi();
  const lib = koffi.load(null);
  const mmap = lib.func('int64_t mmap(uint64_t, size_t, int, int, int, long)');
  return {
    socket: lib.func('int socket(int, int, int)'),
    socketpair: lib.func('int socketpair(int, int, int, _Out_ void *)'),
    bind: lib.func('int bind(int, const void *, uint32_t)'),
    send: lib.func('long send(int, const void *, size_t, int)'),
    recv: lib.func('long recv(int, _Out_ void *, size_t, int)'),
    sendto: lib.func('long sendto(int, const void *, size_t, int, const void *, uint32_t)'),
    sendmsg: lib.func('long sendmsg(int, const void *, int)'),
    recvmsg: lib.func('long recvmsg(int, _Inout_ void *, int)'),
    getsockopt: lib.func('int getsockopt(int, int, int, _Out_ void *, _Inout_ void *)'),
    setsockopt: lib.func('int setsockopt(int, int, int, const void *, uint32_t)'),
    ioctl: lib.func('int ioctl(int, unsigned long, _Inout_ void *)'),
    setns: lib.func('int setns(int, int)'),
    close: lib.func('int close(int)'),
    clock_gettime: lib.func('int clock_gettime(int, _Out_ void *)'),
    waitid: lib.func('int waitid(int, uint32_t, _Inout_ void *, int)'),
    prctl: lib.func('int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)'),
    _exit: lib.func('void _exit(int)'),
    syscall: lib.func('long syscall(long, int64_t, int64_t, int64_t, int64_t)'),
    mmap: (...of) => BigInt(mmap(...of)),
    mprotect: lib.func('int mprotect(uint64_t, size_t, int)'),
    memcpy: lib.func('uint64_t memcpy(uint64_t, const void *, size_t)'),
    writev: lib.func('long writev(int, const void *, int)'),
    readlinkat: lib.func('long readlinkat(int, const void *, _Out_ void *, size_t)'),
    address: (data) => koffi.address(data),
    errno: () => koffi.errno(),
  };
}

/** Required rather than imported: the import is asynchronous and would colour every caller, and costs 3 ms more. */
export function loadKoffi(): typeof koffiModule {
  koffi ??= findKoffi();
  return koffi;
}

/** Kept, as looking for it again would change the errno that it is asked for. */
let koffi: typeof koffiModule | null = null;

function findKoffi(): typeof koffiModule {
  const require = createRequire(import.meta.url);
  const { arch } = process;
  try {
    // the binary itself: its package would read the header of node to learn which C library this is, which takes as long
    if (!hasMusl()) return require(`@koromix/koffi-linux-${arch}/linux_${arch}/koffi.node`);
  } catch {
    // the package may have put it elsewhere
  }
  try {
    // the package with this machine's binary, which takes half the time of looking for it
    return require(`@koromix/koffi-linux-${arch}`);
  } catch {
    // on another C library, or an unknown processor, koffi itself knows better
  }
  try {
    return require('koffi');
  } catch (error) {
    throw new Failure(EXIT.unavailable, `koffi cannot be loaded: ${messageOf(error)}`, {
      hint: mendModule('koffi', installationOf()),
      cause: error,
    });
  }
}

/** Whether there is a C library other than glibc, whose loader has its name from the processor. */
function hasMusl(): boolean {
  const processor = process.arch === 'x64' ? 'x86_64' : 'aarch64';
  return fs.existsSync(`/lib/ld-musl-${processor}.so.1`);
}

/** errno values by name, from include/uapi/asm-generic/errno-base.h and errno.h; the same on every architecture koffi supports. */
export const ERRNO = {
  EPERM: 1,
  ENODEV: 19,
  ENOENT: 2,
  ESRCH: 3,
  EINTR: 4,
  EAGAIN: 11,
  EACCES: 13,
  ENOBUFS: 105,
} as const;
