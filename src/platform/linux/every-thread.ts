import fs from 'node:fs';
import { ERRNO, type Libc, libc } from './libc.ts';

/** Numbers of system calls that differ between processors, include/uapi/asm-generic/unistd.h and asm/unistd_64.h. */
interface SystemCalls {
  readonly rt_sigaction: number;
  readonly tgkill: number;
  readonly capset: number;
  readonly prctl: number;
}
const CALLS: Readonly<Record<string, SystemCalls>> = {
  x64: { rt_sigaction: 13, tgkill: 234, capset: 126, prctl: 157 },
  arm64: { rt_sigaction: 134, tgkill: 131, capset: 91, prctl: 167 },
};

/** The system calls that this processor has a number for; null where netwatch does not know them. */
export const systemCalls: SystemCalls | null = CALLS[process.arch] ?? null;

// the slots that the code below reads and writes, eight bytes each: number, three arguments, threads that are done, error
const DONE = 40;
const ERROR = 48;
const DATA_BYTES = 56;

/**
 * x86-64, the handler of a signal: makes the system call that the slots name, keeps its error, counts itself. Registers
 * are the interrupted code's again when the handler returns, by way of rt_sigreturn, which stands behind it.
 */
const HANDLER_X64 = [
  ...['48bb', 'ADDRESS'], //  mov rbx, the slots
  '488b03', //                mov rax, [rbx]
  '488b7b08', //              mov rdi, [rbx+8]
  '488b7310', //              mov rsi, [rbx+16]
  '488b5318', //              mov rdx, [rbx+24]
  ...['4d31d2', '4d31c0'], // xor r10, r10; xor r8, r8
  '0f05', //                  syscall
  '4885c0', //                test rax, rax
  '7904', //                  jns past the next
  '48894330', //              mov [rbx+48], rax
  'f048ff4328', //            lock inc qword [rbx+40]
  'c3', //                    ret
];
const RETURN_X64 = ['48c7c00f000000', '0f05']; // mov rax, rt_sigreturn; syscall

/**
 * The signal by which the C library makes every thread change its user. No thread can block it, not even node's that
 * waits for SIGUSR1 with all others blocked. Ours is its handler for a moment, as in libpsx of libcap.
 */
const SIGSETXID = 33;
const SA_RESTART = 0x1000_0000n;
const SA_RESTORER = 0x0400_0000n;
const PROT_READ = 1;
const PROT_WRITE = 2;
const PROT_EXEC = 4;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const PAGE = 4096;
const WAIT_MS = 1000;
/** Between two looks whether they have: this thread stands still meanwhile, so the naps are what time there is. */
const NAP_MS = 1;

/** Whether threads other than this one can be reached: the code is there for x86-64 alone. */
export const reachesThreads = process.arch === 'x64';

/** Allocated once, as a thread that is late may still write to it. */
const data = Buffer.allocUnsafeSlow(DATA_BYTES);
let handler: { readonly run: bigint; readonly restore: bigint } | null = null;

/**
 * Makes a system call, with three arguments at most, in every thread of this process, since capabilities, no_new_privs
 * and Landlock are a thread's own, and node has six others before its first line of JavaScript. Threads that are started
 * later, as those of its pool, inherit from the one that starts them. Where others cannot be reached, this thread is all.
 * Throws what the system says, or that a thread did not answer.
 */
export function callOnEveryThread(name: string, number: number, args: readonly bigint[]): void {
  if (reachesThreads && systemCalls !== null) callOnOthers(name, number, args);
  const [a = 0n, b = 0n, c = 0n] = args;
  // this one comes last: it reads /proc, which may be what is taken from it
  if (libc().syscall(number, a, b, c, 0n) < 0) throw new Error(`${name}: errno ${libc().errno()}`);
}

function callOnOthers(name: string, number: number, args: readonly bigint[]): void {
  const c = libc();
  data.fill(0);
  data.writeBigInt64LE(BigInt(number), 0);
  for (const [index, value] of args.entries()) data.writeBigInt64LE(value, 8 + 8 * index);
  const { rt_sigaction, tgkill } = systemCalls!;
  const before = swapHandler(c, rt_sigaction, handlerOf(c));
  const reached = new Set([String(process.pid)]);
  // until there is none that is new: one may be started by one that was not reached yet
  for (let left = others(reached); left.length > 0; left = others(reached)) {
    for (const thread of left) {
      reached.add(thread);
      const sent = c.syscall(tgkill, BigInt(process.pid), BigInt(thread), BigInt(SIGSETXID), 0n);
      if (sent < 0 && c.errno() !== ERRNO.ESRCH) {
        throw new Error(`${name}: a thread cannot be reached: errno ${c.errno()}`);
      }
    }
    awaitThreads(name, reached);
  }
  swapHandler(c, rt_sigaction, before);
  const error = data.readBigInt64LE(ERROR);
  if (error < 0n) throw new Error(`${name}: errno ${-error}`);
}

function others(reached: ReadonlySet<string>): string[] {
  return fs.readdirSync('/proc/self/task').filter((thread) => !reached.has(thread));
}

/** Waits until all that live have counted themselves. The handler stays where it is when one does not. */
function awaitThreads(name: string, reached: ReadonlySet<string>): void {
  const nap = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; ; waited += NAP_MS) {
    const alive = fs.readdirSync('/proc/self/task').filter((thread) => reached.has(thread)).length;
    if (Number(data.readBigInt64LE(DONE)) >= alive - 1) return;
    if (waited > WAIT_MS) throw new Error(`${name}: a thread did not answer`);
    Atomics.wait(nap, 0, 0, NAP_MS);
  }
}

/** The code, in a page that is not writable any more when it can be run. */
function handlerOf(c: Libc): { readonly run: bigint; readonly restore: bigint } {
  if (handler !== null) return handler;
  const address = Buffer.alloc(8);
  address.writeBigUInt64LE(c.address(data));
  const run = Buffer.from(HANDLER_X64.join('').replace('ADDRESS', address.toString('hex')), 'hex');
  const code = Buffer.concat([run, Buffer.from(RETURN_X64.join(''), 'hex')]);
  const page = c.mmap(0n, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
  if (page === -1n) throw new Error(`mmap: errno ${c.errno()}`);
  c.memcpy(page, code, code.length);
  if (c.mprotect(page, PAGE, PROT_READ | PROT_EXEC) < 0) throw new Error(`mprotect: errno ${c.errno()}`);
  handler = { run: page, restore: page + BigInt(run.length) };
  return handler;
}

/** Makes it the handler of the signal; returns the kernel's struct sigaction of the one before, which is taken as well. */
function swapHandler(
  c: Libc,
  rt_sigaction: number,
  next: { readonly run: bigint; readonly restore: bigint } | Buffer,
): Buffer {
  const action = Buffer.isBuffer(next) ? next : Buffer.allocUnsafeSlow(32).fill(0);
  if (!Buffer.isBuffer(next)) {
    action.writeBigInt64LE(next.run, 0);
    action.writeBigInt64LE(SA_RESTART | SA_RESTORER, 8);
    action.writeBigInt64LE(next.restore, 16);
  }
  const before = Buffer.allocUnsafeSlow(32).fill(0);
  // the C library keeps this signal for itself, so that the kernel is asked
  const asked = c.syscall(rt_sigaction, BigInt(SIGSETXID), c.address(action), c.address(before), 8n);
  if (asked < 0) throw new Error(`rt_sigaction: errno ${c.errno()}`);
  return before;
}
