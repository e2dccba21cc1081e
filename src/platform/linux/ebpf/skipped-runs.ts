import fs from 'node:fs';
import path from 'node:path';

/** Enough for what the kernel says of a program: 250 bytes. */
const ROOM = 1024;
// enum bpf_prog_type, include/uapi/linux/bpf.h: what meets events. A timer that is skipped comes later.
const KPROBE = '2';
const TRACEPOINT = '5';

/** How often the kernel left out the programs of a process. */
export interface SkippedRuns {
  /** So far, as long as the process lives and this is open; then what was last known. 0 before Linux 6.7, which does not say. */
  count(): number;
  close(): void;
}

/**
 * Watches the programs that a process has open now. The kernel runs no program on a processor that is running one (trace_call_bpf,
 * kernel/trace/bpf_trace.c): an interrupt that changes the state of a connection in the middle of a program goes unseen. It
 * counts these as `recursion_misses` in fdinfo. The files stay open, so that it can be read when privileges are gone.
 */
export function openSkippedRuns(pid: number, procfs = '/proc'): SkippedRuns {
  const buffer = Buffer.alloc(ROOM);
  const read = (fd: number): string => buffer.toString('latin1', 0, fs.readSync(fd, buffer, 0, ROOM, 0));
  const programs: number[] = [];
  const folder = path.join(procfs, String(pid), 'fdinfo');
  for (const name of namesIn(folder)) {
    const file = path.join(folder, name);
    try {
      const type = digitsOf(fs.readFileSync(file, 'latin1'), 'prog_type');
      if (type === KPROBE || type === TRACEPOINT) programs.push(fs.openSync(file, 'r'));
    } catch {
      // it was closed meanwhile, or the process has ended
    }
  }
  let known = 0;
  return {
    count() {
      try {
        if (programs.length > 0)
          known = programs.reduce((sum, fd) => sum + Number(digitsOf(read(fd), 'recursion_misses') ?? 0), 0);
      } catch {
        // the process has ended
      }
      return known;
    },
    close() {
      for (const fd of programs.splice(0)) fs.closeSync(fd);
    },
  };
}

function namesIn(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return []; // it has ended, or is another's
  }
}

const digitsOf = (info: string, name: string): string | null =>
  new RegExp(`^${name}:\\t(\\d+)$`, 'm').exec(info)?.[1] ?? null;
