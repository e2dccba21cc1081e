// npm run bench: what netwatch costs beside its peers, each pair measured in turn in this one run, so that the ratios hold
// on a noisy machine. Prints `ok` or `SHORT` against the promise of each line and exits 1 when one falls short.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const RUNS = 9;
const PROCESSES = 3;
const PAIRS_EACH = 3000; // 3 × 3,000 × 2 = 18,000 sockets, within the usual 20,000 descriptors of a process
const BIN = path.join(import.meta.dirname, '../../bin/netwatch.js');
const null_ = fs.openSync('/dev/null', 'w');
let short = false;

if (spawnSync('ss', ['-V']).error !== undefined) fail('ss is not installed: apt-get install iproute2');

line('idle machine: netwatch conns -o ndjson, beside node -e 0', 'at most 60 ms more', () => {
  const [netwatch, node] = inTurn([
    ['node', BIN, 'conns', '-o', 'ndjson'],
    ['node', '-e', '0'],
  ]);
  const more = netwatch - node;
  return [more <= 60, `${more.toFixed(1)} ms more (${netwatch.toFixed(1)} beside ${node.toFixed(1)} ms)`];
});

const sockets = await openSockets();
try {
  line('18,000 sockets: netwatch conns -o ndjson, beside ss -tunapOi', 'no slower', () => {
    const [netwatch, ss] = inTurn([
      ['node', BIN, 'conns', '-o', 'ndjson'],
      ['ss', '-tunapOi'],
    ]);
    return [
      netwatch <= ss,
      `${(netwatch / ss).toFixed(2)} of its time (${netwatch.toFixed(0)} beside ${ss.toFixed(0)} ms)`,
    ];
  });
  const repeated = await repeat();
  line('18,000 sockets: netwatch conns --interval 1', 'under 25 % of a core', () => [
    repeated.share < 0.25,
    `${(100 * repeated.share).toFixed(1)} %`,
  ]);
  line('18,000 sockets: memory of the same', 'under 150 MB', () => [
    repeated.peakMb < 150,
    `${repeated.peakMb.toFixed(0)} MB at its peak`,
  ]);
} finally {
  for (const child of sockets) child.stdin.end();
}
process.exitCode = short ? 1 : 0;

function line(what, promise, measure) {
  const [holds, figure] = measure();
  short ||= !holds;
  process.stdout.write(`${holds ? 'ok   ' : 'SHORT'}  ${what}: ${figure}; promised: ${promise}\n`);
}

/** Runs commands in turn, A B A B …, and returns the median wall time of each in milliseconds. */
function inTurn(commands) {
  const times = commands.map(() => []);
  for (let run = -1; run < RUNS; run++) {
    for (const [i, [file, ...args]] of commands.entries()) {
      const start = performance.now();
      const { status } = spawnSync(file, args, { stdio: ['ignore', null_, 'ignore'] });
      if (status !== 0) fail(`${file} ${args.join(' ')} ended with ${status}`);
      if (run >= 0) times[i].push(performance.now() - start);
    }
  }
  return times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]);
}

/** CPU share of a core and peak memory of `conns --interval 1`, over ten seconds after the first two. */
async function repeat() {
  const child = spawn('node', [BIN, 'conns', '--interval', '1', '-o', 'ndjson'], {
    stdio: ['ignore', null_, 'ignore'],
  });
  await sleep(2000);
  const [before, start] = [cpuSeconds(child.pid), performance.now()];
  await sleep(10_000);
  const share = (cpuSeconds(child.pid) - before) / ((performance.now() - start) / 1000);
  const peakMb = Number(/VmHWM:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1000;
  child.kill('SIGINT');
  return { share, peakMb };
}

/** utime and stime of proc(5), in its clock ticks of 1/100 s. */
function cpuSeconds(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function openSockets() {
  const script = path.join(import.meta.dirname, 'loopback-sockets.js');
  const children = Array.from({ length: PROCESSES }, () =>
    spawn('node', [script, String(PAIRS_EACH)], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  await Promise.all(
    children.map(
      (child) =>
        new Promise((resolve, reject) =>
          child.stdout.once('data', resolve).once('end', () => reject(new Error('sockets could not be opened'))),
        ),
    ),
  );
  return children;
}

function fail(why) {
  process.stderr.write(`bench: ${why}\n`);
  process.exit(69);
}
