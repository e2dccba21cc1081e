// What a program and its helpers take, from /proc.
import fs from 'node:fs';
import { cpuSeconds } from '../measure.js';

/** The process and all that it started, as far as they run. */
export function familyOf(pid) {
  const tasks = ifThere(() => fs.readdirSync(`/proc/${pid}/task`)) ?? [];
  const children = tasks.flatMap((task) =>
    (ifThere(() => fs.readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8')) ?? '').split(' ').filter(Boolean),
  );
  return tasks.length === 0 ? [] : [pid, ...children.map(Number).flatMap(familyOf)];
}

/** utime and stime of them all, in seconds. */
export const cpuOf = (pids) => pids.reduce((sum, pid) => sum + (ifThere(() => cpuSeconds(pid)) ?? 0), 0);

/** Megabytes: `rss` as ps says it; `pss`, in which a page that several share counts once, is null where it may not be read. */
export function memoryOf(pids) {
  const kilobytes = (pid, file, name) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(fs.readFileSync(`/proc/${pid}/${file}`, 'utf8'))[1]);
  const sum = (file, name) => pids.reduce((all, pid) => all + kilobytes(pid, file, name), 0) / 1024;
  return { rss: sum('status', 'VmRSS'), pss: ifThere(() => sum('smaps_rollup', 'Pss')) };
}

/** Null for what is not there, or is somebody else's. */
function ifThere(read) {
  try {
    return read();
  } catch {
    return null;
  }
}
