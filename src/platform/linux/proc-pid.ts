import { isoTimeOf } from '../../core/instant.ts';
import type { Process } from '../../core/socket/socket.ts';
import type { Host } from '../../core/system/host.ts';
import { parseCgroup } from './proc-pid-cgroup.ts';
import { threadFolders } from './proc-pid-task.ts';

/** A command line can be megabytes long. */
const MAX_CMDLINE_LENGTH = 4096;
/** TASK_COMM_LEN without its NUL: a thread name this long may have been cut. */
const MAX_COMM_LENGTH = 15;
/** USER_HZ is 100 on every architecture koffi supports. */
const TICK_MS = 10;

/** What /proc/PID/stat says that matters here. */
export interface ProcessStat {
  /** Name of the main thread. */
  readonly comm: string;
  /** Start in clock ticks since boot. */
  readonly started: number;
}

/** proc_pid_stat(5). The name stands in parentheses and may hold any character, those included; null when cut short. */
export function parseStat(text: string): ProcessStat | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  // field 22 is complete when another follows
  const match = /^ \S(?: -?\d+){18} (\d+) /.exec(text.slice(close + 1));
  if (open < 0 || close < open || match === null) return null;
  return { comm: text.slice(open + 1, close), started: Number(match[1]) };
}

/** The stat of a process, or null when it is gone or not to be understood. */
export function readStat(host: Host, pid: number): ProcessStat | null {
  const text = host.readIfAny(`/proc/${pid}/stat`);
  return text === null ? null : parseStat(text);
}

/** When the machine started, in milliseconds since 1970 and to the second (btime, proc_stat(5)); null when unknown. */
export function readBootTime(host: Host): number | null {
  const match = /^btime (\d{1,12})\n/m.exec(host.readIfAny('/proc/stat') ?? '');
  return match === null ? null : Number(match[1]) * 1000;
}

/**
 * The process that has had this pid since `started` ticks; null when it is gone. Without `details`, cmdline, uid and
 * control group are left null, which saves three files.
 */
export function readProcess(
  host: Host,
  pid: number,
  started: number,
  bootTime: number | null,
  details: boolean,
): Process | null {
  const program = readProgram(host, pid);
  const exe = program?.exe ?? null;
  const args = details || exe === null ? readArguments(host, program?.folder ?? `/proc/${pid}`) : [];
  const group = details ? parseCgroup(host.readIfAny(`/proc/${pid}/cgroup`) ?? '') : null;
  const uid = details ? parseUid(host.readIfAny(`/proc/${pid}/status`) ?? '') : null;
  // last, so that all of the above is known to be of the same process
  const stat = readStat(host, pid);
  if (stat === null || stat.started !== started) return null;
  return {
    pid,
    name: nameOf(exe, args, stat.comm),
    comm: stat.comm,
    exe,
    cmdline: (details && args.join(' ').slice(0, MAX_CMDLINE_LENGTH)) || null,
    uid,
    cgroup: group?.path ?? null,
    container: group?.container ?? null,
    started: bootTime === null ? null : isoTimeOf(bootTime + started * TICK_MS),
  };
}

/** Effective user id from /proc/PID/status (proc_pid_status(5)), or null. */
export function parseUid(status: string): number | null {
  const match = /^Uid:\t\d+\t(\d+)\t/m.exec(status);
  return match === null ? null : Number(match[1]);
}

/** The program that a process runs, and the folder of the thread that tells it. */
interface Program {
  readonly exe: string;
  readonly folder: string;
}

/** Told by another thread where the main one has ended. */
function readProgram(host: Host, pid: number): Program | null {
  const ofThread = (folder: string): Program | null => {
    const exe = host.linkIfAny(`${folder}/exe`);
    return exe === null ? null : { exe: exe.replace(/ \(deleted\)$/, ''), folder };
  };
  const main = ofThread(`/proc/${pid}`);
  if (main !== null) return main;
  for (const folder of threadFolders(host, pid)) {
    const other = ofThread(folder);
    if (other !== null) return other;
  }
  return null;
}

/** proc_pid_cmdline(5): arguments end in NUL; none for a kernel thread. */
function readArguments(host: Host, folder: string): string[] {
  const text = host.readIfAny(`${folder}/cmdline`) ?? '';
  return text.replace(/\0+$/, '').split('\0');
}

function nameOf(exe: string | null, args: readonly string[], comm: string): string {
  if (exe !== null) return baseName(exe);
  const command = baseName(args[0] ?? '');
  return comm.length === MAX_COMM_LENGTH && command.startsWith(comm) ? command : comm;
}

const baseName = (file: string): string => file.slice(file.lastIndexOf('/') + 1);
