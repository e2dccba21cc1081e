import fs from 'node:fs';

/** Processes that a process has started, and those that these have: each with its command line. */
export function descendantsOf(ancestor: number): readonly { readonly pid: number; readonly command: string }[] {
  const parents = new Map<number, number>();
  for (const name of fs.readdirSync('/proc')) if (/^\d+$/.test(name)) parents.set(Number(name), parentOf(Number(name)));
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid) ?? 0;
    return parent === ancestor || (parent > 1 && isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow).map((pid) => ({ pid, command: commandOf(pid) }));
}

/** Whether a process is over: gone, or a zombie that nobody has asked for yet. */
export const isOver = (pid: number): boolean => statOf(pid) === null || statOf(pid)!.startsWith('Z');

/** Whether a signal has stopped it. */
export const isStopped = (pid: number): boolean => statOf(pid)?.startsWith('T') === true;

const parentOf = (pid: number): number => Number(statOf(pid)?.split(' ')[1] ?? 0);

function commandOf(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** What stands behind the name in proc(5), /proc/PID/stat: the name may hold anything. */
function statOf(pid: number): string | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2);
  } catch {
    return null;
  }
}
