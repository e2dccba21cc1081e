// What it costs to be watched by eBPF: loops of sends and receives, and of short connections, over the loopback, in turn
// without and with netwatch conns --ebpf; and what netwatch and bpftrace take when nothing happens.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { BIN, cpuSeconds, isInstalled, line } from './measure.js';

const ROUNDS = 3;

/** Python, whose calls are near the bare system call: CPU microseconds of a send and a receive, or of both ends of a connection. */
const LOAD = `
import os, socket, struct, sys, time
kind = sys.argv[1]
def cpu():
  t = os.times()
  return t.user + t.system
listener = socket.socket(); listener.bind(('127.0.0.1', 0)); listener.listen(128)
if kind == 'udp':
  r = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); r.bind(('127.0.0.1', 0))
  s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(r.getsockname())
else:
  s = socket.create_connection(listener.getsockname()); r, _ = listener.accept()
def once():
  if kind == 'conn':
    a = socket.socket(); a.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    a.connect(listener.getsockname()); b, _ = listener.accept(); a.send(b'x'); b.recv(9); a.close(); b.close()
  else:
    s.send(b'x' * 100); r.recv(1000)
n = 0; start = cpu(); end = time.time() + 2
while time.time() < end:
  for _ in range(20): once()
  n += 20
print(1e6 * (cpu() - start) / n)
`;

export async function benchEbpf() {
  const missing = ['bpftrace', 'python3'].find((tool) => !isInstalled(tool));
  if (process.getuid?.() !== 0 || missing !== undefined) {
    process.stdout.write(`skip   eBPF: ${missing === undefined ? 'needs root' : `${missing} is not installed`}\n`);
    return;
  }
  const costs = { udp: [[], []], tcp: [[], []], conn: [[], []] };
  let idle = 0;
  let memory = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of Object.keys(costs)) costs[kind][0].push(load(kind));
    const watching = await watch();
    const before = watching.cpu();
    await sleep(3000);
    idle = (watching.cpu() - before) / 3;
    memory = watching.memory();
    for (const kind of Object.keys(costs)) costs[kind][1].push(load(kind));
    watching.child.kill('SIGTERM');
    await new Promise((resolve) => watching.child.on('close', resolve));
  }
  const more = (kind) => median(costs[kind][1]) - median(costs[kind][0]);
  const of = (kind) => `${median(costs[kind][0]).toFixed(1)} µs and ${more(kind).toFixed(1)} more`;
  await line('a UDP send and receive, watched', 'at most 4 µs more', () => [more('udp') <= 4, of('udp')]);
  await line('a TCP send and receive, watched', 'at most 4 µs more', () => [more('tcp') <= 4, of('tcp')]);
  await line('both ends of a connection, watched', 'at most 150 µs more', () => [more('conn') <= 150, of('conn')]);
  const figure = `${(100 * idle).toFixed(1)} % of a core, bpftrace holds ${Math.round(memory / 1024)} MB`;
  await line('watching when nothing happens', 'below 5 % of a core', () => [idle < 0.05, figure]);
}

const load = (kind) => Number(execFileSync('python3', ['-c', LOAD, kind], { encoding: 'utf8' }));
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** netwatch, once it watches. */
async function watch() {
  const child = spawn(process.execPath, [BIN, 'conns', '--ebpf', '-v', '--interval', '1s', '--json'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text) => text.includes('watched by eBPF') && resolve());
  });
  const [bpftrace] = fs
    .readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number);
  return {
    child,
    cpu: () => cpuSeconds(child.pid) + cpuSeconds(bpftrace),
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${bpftrace}/status`, 'utf8'))[1]),
  };
}
