// What every part of the bench shares: commands run in turn, and a verdict a line.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

export const BIN = path.join(import.meta.dirname, '../../bin/netwatch.js');
/** Output goes where it costs nothing. */
export const nowhere = fs.openSync('/dev/null', 'w');

/** Prints `ok` or `SHORT` with what `measure` returns: whether the promise holds, and the figure. */
export async function line(what, promise, measure) {
  const [holds, figure] = await measure();
  if (!holds) process.exitCode = 1;
  process.stdout.write(`${holds ? 'ok   ' : 'SHORT'}  ${what}: ${figure}; promised: ${promise}\n`);
}

/**
 * Runs commands in turn, `runs` times; of each the least processor time, of all its threads and of processes that it waited
 * for, and the least wall time, in seconds.
 */
export function leastOf(runs, commands) {
  const least = commands.map(() => ({ cpu: Number.POSITIVE_INFINITY, wall: Number.POSITIVE_INFINITY }));
  for (let run = 0; run < runs; run++) {
    for (const [i, command] of commands.entries()) {
      const { stdout, status } = spawnSync('bash', ['-c', TIMED, 'timed', ...command], { encoding: 'utf8', env });
      if (status !== 0) fail(`${command.join(' ')} ended with ${status}`);
      const [wall, user, system] = stdout.trim().split(' ').map(Number);
      least[i].cpu = Math.min(least[i].cpu, user + system);
      least[i].wall = Math.min(least[i].wall, wall);
    }
  }
  return least;
}

/** Where certificates are named, node reads them at each start, which takes 30 ms and is neither ours nor everybody's. */
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;

const TIMED = 'TIMEFORMAT="%R %U %S"; { time "$@" >/dev/null 2>/dev/null; } 2>&1';

/** The greatest memory that a process of the command held, in MB. */
export function peakOf(command) {
  const { stdout, status } = spawnSync('python3', ['-c', PEAK, ...command], { encoding: 'utf8' });
  if (status !== 0) fail(`${command.join(' ')} ended with ${status}`);
  return Number(stdout) / 1000;
}

// getrusage(2): ru_maxrss in KiB of those that were waited for
const PEAK = `
import resource, subprocess, sys
null = subprocess.DEVNULL
status = subprocess.run(sys.argv[1:], stdout=null, stderr=null).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1.024)
sys.exit(status)
`;

/** utime and stime of proc(5), in its clock ticks of 1/100 s. */
export function cpuSeconds(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export function isInstalled(tool) {
  return spawnSync('sh', ['-c', `command -v ${tool}`], { stdio: 'ignore' }).status === 0;
}

export function fail(why) {
  process.stderr.write(`bench: ${why}\n`);
  process.exit(69);
}
