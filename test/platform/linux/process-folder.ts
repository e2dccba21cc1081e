import fs from 'node:fs';
import type { Host } from '../../../src/core/system/host.ts';
import { folderMachine } from './folder-machine.ts';

/** A process to write below /proc: its links by descriptor, and what may be left out. */
export interface FolderProcess {
  readonly fds: Readonly<Record<number, string>>;
  /** Clock ticks since boot. */
  readonly started?: number;
  readonly comm?: string;
  readonly uid?: number;
  /** Links of further threads by descriptor; the main thread is then one of the folders below task as well. */
  readonly threads?: Readonly<Record<number, Readonly<Record<number, string>>>>;
}

/** A machine whose processes come and go. */
export interface ProcessFolder {
  readonly host: Host;
  /** Writes a process, in place of one with the same pid. */
  put(pid: number, process: FolderProcess): void;
  remove(pid: number): void;
  /** The links read so far, as `10/fd/3`; emptied by the call. */
  linksRead(): string[];
  /** Lets the descriptors of a process be listed by nobody. */
  deny(pid: number): void;
}

export function openProcessFolder(processes: Readonly<Record<number, FolderProcess>>): ProcessFolder {
  const folder = folderMachine({ 'proc/stat': 'btime 1793000000\n' });
  const denied = new Set<string>();
  let read: string[] = [];
  const at = (pid: number): string => `${folder.root}/proc/${pid}`;

  const host: Host = {
    ...folder,
    list(name) {
      if (denied.has(name)) throw Object.assign(new Error(`EACCES: ${name}`), { code: 'EACCES' });
      return folder.list(name);
    },
    link(name) {
      read.push(name.replace('/proc/', ''));
      return folder.link(name);
    },
  };
  const put = (pid: number, { fds, started = 100, comm = 'x', uid = 0, threads }: FolderProcess): void => {
    remove(pid);
    fs.mkdirSync(`${at(pid)}/fd`, { recursive: true });
    fs.writeFileSync(`${at(pid)}/stat`, `${pid} (${comm}) S ${'1 '.repeat(18)}${started} 0 0\n`);
    fs.writeFileSync(`${at(pid)}/status`, `Name:\t${comm}\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\n`);
    for (const [fd, target] of Object.entries(fds)) fs.symlinkSync(target, `${at(pid)}/fd/${fd}`);
    for (const [thread, links] of Object.entries(threads === undefined ? {} : { [pid]: fds, ...threads })) {
      const task = `${at(pid)}/task/${thread}`;
      fs.mkdirSync(`${task}/fd`, { recursive: true });
      fs.symlinkSync('/usr/bin/zt', `${task}/exe`);
      fs.writeFileSync(`${task}/cmdline`, 'zt\0-v\0');
      for (const [fd, target] of Object.entries(links)) fs.symlinkSync(target, `${task}/fd/${fd}`);
    }
  };
  const remove = (pid: number): void => fs.rmSync(at(pid), { recursive: true, force: true });

  for (const [pid, process] of Object.entries(processes)) put(Number(pid), process);
  return {
    host,
    put,
    remove,
    linksRead() {
      const links = read;
      read = [];
      return links;
    },
    deny: (pid) => void denied.add(`/proc/${pid}/fd`),
  };
}
