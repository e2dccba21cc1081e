// Sockets: netwatch conns beside ss and beside node itself, idle and with 18,000 sockets.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BIN, cpuSeconds, fail, inTurn, isInstalled, line, nowhere } from './measure.js';

const RUNS = 9;
const PROCESSES = 3;
const PAIRS_EACH = 3000; // 3 × 3,000 × 2 = 18,000 sockets, within the usual 20,000 descriptors of a process

export async function benchSockets() {
  const idle = await standBy();
  await line('idle machine: export metrics --listen, over 60 s', 'under 1 % of a core and 80 MB', () => [
    idle.share < 0.01 && idle.mb < 80,
    `${(100 * idle.share).toFixed(2)} %, ${idle.mb.toFixed(0)} MB`,
  ]);

  if (!isInstalled('ss')) fail('ss is not installed: apt-get install iproute2');
  await line('idle machine: netwatch conns -o ndjson, beside node -e 0', 'at most 60 ms more', () => {
    const [netwatch, node] = inTurn(RUNS, [
      ['node', BIN, 'conns', '-o', 'ndjson'],
      ['node', '-e', '0'],
    ]);
    const more = netwatch - node;
    return [more <= 60, `${more.toFixed(1)} ms more (${netwatch.toFixed(1)} beside ${node.toFixed(1)} ms)`];
  });

  const sockets = await openSockets();
  try {
    await line('18,000 sockets: netwatch conns -o ndjson, beside ss -tunapOi', 'no slower', () => {
      const [netwatch, ss] = inTurn(RUNS, [
        ['node', BIN, 'conns', '-o', 'ndjson'],
        ['ss', '-tunapOi'],
      ]);
      return [
        netwatch <= ss,
        `${(netwatch / ss).toFixed(2)} of its time (${netwatch.toFixed(0)} beside ${ss.toFixed(0)} ms)`,
      ];
    });
    const repeated = await repeat();
    await line('18,000 sockets: netwatch conns --interval 1', 'under 25 % of a core', () => [
      repeated.share < 0.25,
      `${(100 * repeated.share).toFixed(1)} %`,
    ]);
    await line('18,000 sockets: memory of the same', 'under 150 MB', () => [
      repeated.peakMb < 150,
      `${repeated.peakMb.toFixed(0)} MB at its peak`,
    ]);
    const scraped = await scrape();
    await line('18,000 sockets: a scrape of export metrics, beside netwatch conns', 'no more processor time', () => [
      scraped.ms <= scraped.connsMs,
      `${(scraped.ms / scraped.connsMs).toFixed(2)} of it (${scraped.ms.toFixed(0)} beside ${scraped.connsMs.toFixed(0)} ms)`,
    ]);
  } finally {
    for (const child of sockets) child.stdin.end();
  }
}

/** Starts `export metrics --listen`; resolves when it listens. */
async function listen() {
  const child = spawn('node', [BIN, 'export', 'metrics', '--listen', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [said] = await once(child.stderr.setEncoding('utf8'), 'data');
  await sleep(20_000); // both first looks of the rules are over
  return { child, url: /http:\S+\/metrics/.exec(said)[0] };
}

/** CPU share of a core and memory while nobody asks. */
async function standBy() {
  const { child } = await listen();
  const [before, start] = [cpuOfAll(child.pid), performance.now()];
  await sleep(60_000);
  const share = (cpuOfAll(child.pid) - before) / ((performance.now() - start) / 1000);
  const mb = Number(/VmRSS:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1000;
  child.kill('SIGTERM');
  return { share, mb };
}

/** Processor time of a scrape, with that of the process that reads the sockets, and of `netwatch conns`: medians, in milliseconds. */
async function scrape() {
  const { child, url } = await listen();
  const [scrapes, runs] = [[], []];
  for (let i = 0; i < RUNS; i++) {
    await sleep(1100); // a sample is as good as new for a second
    const before = cpuOfAll(child.pid);
    await (await fetch(url)).text();
    scrapes.push(cpuOfAll(child.pid) - before);
    const conns = spawnSync('bash', [
      '-c',
      'TIMEFORMAT="%U %S"; time "$@" > /dev/null',
      '-',
      'node',
      BIN,
      'conns',
      '-o',
      'ndjson',
    ]);
    runs.push(
      String(conns.stderr)
        .trim()
        .split(' ')
        .map(Number)
        .reduce((sum, one) => sum + one),
    );
  }
  child.kill('SIGTERM');
  return { ms: 1000 * median(scrapes), connsMs: 1000 * median(runs) };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Processor time in seconds of a process and of its children. */
function cpuOfAll(pid) {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return [pid, ...children].reduce((sum, one) => sum + cpuSeconds(one), 0);
}

/** CPU share of a core and peak memory of `conns --interval 1`, over ten seconds after the first two. */
async function repeat() {
  const child = spawn('node', [BIN, 'conns', '--interval', '1', '-o', 'ndjson'], {
    stdio: ['ignore', nowhere, 'ignore'],
  });
  await sleep(2000);
  const [before, start] = [cpuSeconds(child.pid), performance.now()];
  await sleep(10_000);
  const share = (cpuSeconds(child.pid) - before) / ((performance.now() - start) / 1000);
  const peakMb = Number(/VmHWM:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1000;
  child.kill('SIGINT');
  return { share, peakMb };
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
