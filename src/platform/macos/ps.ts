import type { Host } from '../../core/system/host.ts';
import { completeLines } from './columns.ts';

/** What ps knows of a process beside its arguments. */
export interface PsProcess {
  /** ISO 8601, to the second. */
  readonly started: string;
  /** The first argument where it is a path, which by custom is that of the executable; null otherwise. */
  readonly exe: string | null;
}

/** Every process by id. Host.run sets the time zone to UTC, which lstart is printed in. Throws Failure 69. */
export async function readPs(host: Host): Promise<Map<number, PsProcess>> {
  return parsePs(await host.run('ps', ['-axww', '-o', 'pid=', '-o', 'lstart=', '-o', 'comm=']));
}

/** Every command line by process id, arguments separated by one space. Throws Failure 69. */
export async function readPsArguments(host: Host): Promise<Map<number, string>> {
  return parsePsArguments(await host.run('ps', ['-axww', '-o', 'pid=', '-o', 'args=']));
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Lines of `PID Mon Jun  3 07:33:20 2024 COMMAND` (ps(1): lstart is strftime's %c); others are left out. */
export function parsePs(text: string): Map<number, PsProcess> {
  const processes = new Map<number, PsProcess>();
  for (const line of completeLines(text)) {
    const match = /^ *([0-9]{1,9}) \w{3} (\w{3}) +([0-9]{1,2}) (\d\d:\d\d:\d\d) (\d{4}) *(.*)$/.exec(line);
    const month = MONTHS.indexOf(match?.[2] ?? '') + 1;
    if (match === null || month === 0) continue;
    const day = `${match[5]}-${String(month).padStart(2, '0')}-${match[3]!.padStart(2, '0')}`;
    const command = match[6]!;
    processes.set(Number(match[1]), { started: `${day}T${match[4]}Z`, exe: command.startsWith('/') ? command : null });
  }
  return processes;
}

/** Lines of `PID ARGUMENTS`; a process that shows none is left out. */
export function parsePsArguments(text: string): Map<number, string> {
  const commandLines = new Map<number, string>();
  for (const line of completeLines(text)) {
    const match = /^ *([0-9]{1,9}) (.+)$/.exec(line);
    if (match !== null) commandLines.set(Number(match[1]), match[2]!);
  }
  return commandLines;
}
