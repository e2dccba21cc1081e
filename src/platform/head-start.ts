import { isWorthWorker, type StartedScan, startScan } from './linux/started-scan.ts';
import { openHost } from './machine/host.ts';
import { realClock } from './machine/real-clock.ts';

/** Options by which sockets are not those of this machine. */
const READS_FILE = /^(?:-r|--read|--root)/;

/**
 * What runs before the program is loaded. On a machine with tens of thousands of sockets the search for their owners
 * takes longest, so a thread begins with it at once. Returns what was begun for `main`, or null: for other commands, with
 * fewer sockets, and on a system without /proc.
 */
export function headStart(argv: readonly string[]): StartedScan | null {
  const [first] = argv;
  if ((first !== undefined && first !== 'conns') || argv.some((word) => READS_FILE.test(word))) return null;
  const host = openHost(null, realClock);
  return isWorthWorker(host) ? startScan(host) : null;
}
