// Sockets: netwatch conns beside ss and beside node itself, idle, with 18,000 sockets and with 100,000.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BIN, cpuSeconds, fail, isInstalled, leastOf, line, nowhere } from './measure.js';

const RUNS = 9;
/** 18,000 sockets: within the usual 20,000 descriptors of a process. */
const SOME = { processes: 3, pairs: 3000 };
/** 100,000: as many as that for each of six processes, in a network of their own, as half of them wait for a minute when they end. */
const MANY = { processes: 6, pairs: 8334 };

const CONNS = ['node', BIN, 'conns', '-o', 'ndjson'];
const SS = ['ss', '-tunapOi'];

export async function benchSockets() {
  const idle = await standBy();
  await line('idle machine: export metrics --listen, over 60 s', 'under 1 % of a core and 80 MB', () => [
    idle.share < 0.01 && idle.mb < 80,
    `${(100 * idle.share).toFixed(2)} %, ${idle.mb.toFixed(0)} MB`,
  ]);

  if (!isInstalled('ss')) fail('ss is not installed: apt-get install iproute2');
  await line(
    'idle machine: netwatch conns -o ndjson, beside node -e 0',
    'at most 40 ms more, of processor time and of time',
    () => {
      const [netwatch, node] = leastOf(3 * RUNS, [CONNS, ['node', '-e', '0']]);
      const [cpu, wall] = [1000 * (netwatch.cpu - node.cpu), 1000 * (netwatch.wall - node.wall)];
      return [cpu <= 40 && wall <= 40, `${cpu.toFixed(0)} ms more of processor time, ${wall.toFixed(0)} ms of time`];
    },
  );
  await line('netwatch --version, beside node -e 0', 'at most 30 ms more of processor time', () => {
    const [netwatch, node] = leastOf(3 * RUNS, [
      ['node', BIN, '--version'],
      ['node', '-e', '0'],
    ]);
    const cpu = 1000 * (netwatch.cpu - node.cpu);
    return [cpu <= 30, `${cpu.toFixed(0)} ms more`];
  });

  const sockets = await openSockets(SOME);
  try {
    await line('18,000 sockets: netwatch conns -o ndjson, beside ss -tunapOi', 'no slower', () => besideSs());
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
  await benchMany();
}

/** With 100,000 sockets. */
async function benchMany() {
  if (process.getuid() !== 0)
    return process.stdout.write('left out   100,000 sockets: they need a network of their own, which root makes\n');
  const holder = spawn('unshare', ['-n', 'sh', '-c', 'ip link set lo up && echo ready && exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  const inside = ['nsenter', `--net=/proc/${holder.pid}/ns/net`];
  const sockets = await openSockets(MANY, inside);
  try {
    await line(
      '100,000 sockets: netwatch conns -o ndjson, beside ss -tunapOi',
      'no slower, and no more processor time',
      () => besideSs(inside, true),
    );
  } finally {
    for (const child of sockets) child.stdin.end();
    holder.stdin.end();
  }
}

/** Whether netwatch takes no longer than ss, and no more processor time where that `counts`; and the figures. */
function besideSs(inside = [], counts = false) {
  const [netwatch, ss] = leastOf(RUNS, [
    [...inside, ...CONNS],
    [...inside, ...SS],
  ]);
  const figure = (of) =>
    `${(netwatch[of] / ss[of]).toFixed(2)} of it (${(1000 * netwatch[of]).toFixed(0)} beside ${(1000 * ss[of]).toFixed(0)} ms)`;
  const holds = netwatch.wall <= ss.wall && (!counts || netwatch.cpu <= ss.cpu);
  return [holds, `time: ${figure('wall')}, processor time: ${figure('cpu')}`];
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

/** Starts processes that hold connections to themselves, in the network of this process or behind the command `inside`. */
async function openSockets({ processes, pairs }, inside = []) {
  const [file, ...words] = [...inside, 'node', path.join(import.meta.dirname, 'loopback-sockets.js'), String(pairs)];
  const children = Array.from({ length: processes }, () => spawn(file, words, { stdio: ['pipe', 'pipe', 'inherit'] }));
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
