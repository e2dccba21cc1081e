import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** Processes that a process has started, at any depth. */
export function descendantsOf(pid: number): readonly number[] {
  const said = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const all = said
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const found = [pid];
  for (const parent of found) for (const [child, its] of all) if (its === parent) found.push(child);
  return found.slice(1);
}

/** The text of status for each thread of a process. */
export function threadsOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}/task`;
  return fs.readdirSync(folder).map((thread) => fs.readFileSync(path.join(folder, thread, 'status'), 'utf8'));
}

/** The user that every thread is, really, effectively and saved; null when they differ. */
export function uidOf(threads: readonly string[]): number | null {
  const uids = new Set(threads.flatMap((status) => /^Uid:\s+(.*)$/m.exec(status)![1]!.split('\t')));
  return uids.size === 1 ? Number([...uids][0]) : null;
}
