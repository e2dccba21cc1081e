import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findMeans, isLack } from '../../../src/platform/linux/ebpf/requirements.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { noNetwork } from '../../platform/linux/live-network.ts';
import {
  type Live,
  type LiveScene,
  noLiveCapture,
  openLiveScene,
  parseLines,
  until,
} from '../../support/live-scene.ts';
import { netwatch, startNetwatch } from '../../support/program.ts';

const noEbpf: string | null = (() => {
  if (noNetwork !== null) return noNetwork;
  const found = findMeans(openHost(null, realClock));
  return isLack(found) ? found.detail : null;
})();
if (noEbpf !== null) console.warn(`skipped: eBPF: ${noEbpf}`);

type Row = Readonly<Record<string, string | number | null>>;

/** Each family, its loopback and the ports of the servers. */
const FAMILIES = [
  { family: 'ipv4', address: '127.0.0.1', tcp: 7001, udp: 7003 },
  { family: 'ipv6', address: '::1', tcp: 7002, udp: 7004 },
] as const;
const SHORT = 500;
const DATAGRAMS = 300;
const sizeOf = (index: number): number => 1 + ((index * 37) % 900);
const SUM = Array.from({ length: DATAGRAMS }, (_, index) => sizeOf(index)).reduce((sum, size) => sum + size, 0);

/** Answers each connection with 5 bytes when its peer has ended it, and each datagram with 3. */
const SERVER = `
const net = require('node:net');
for (const port of [7001, 7002]) {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {}).on('end', () => socket.end('hello')).resume();
  });
  server.listen(port, port === 7001 ? '127.0.0.1' : '::1', 4096);
}
for (const [kind, port, address] of [['udp4', 7003, '127.0.0.1'], ['udp6', 7004, '::1']]) {
  const socket = require('node:dgram').createSocket(kind);
  socket.on('message', (_, { port, address }) => socket.send('abc', port, address)).bind(port, address);
}
setTimeout(() => console.log('ready'), 100);
`;

/** Makes ${SHORT} connections of each family, one after another, each sending its number of bytes; then datagrams. */
const CLIENT = `
const net = require('node:net');
const sizeOf = ${sizeOf};
const connect = (port, host, index) => new Promise((resolve, reject) => {
  const socket = net.connect(port, host, () => socket.end(Buffer.alloc(sizeOf(index))));
  socket.on('error', reject).on('close', resolve).resume();
});
const datagrams = (kind, port, host) => new Promise((resolve) => {
  const socket = require('node:dgram').createSocket(kind);
  let sent = 0;
  const send = () => sent < ${DATAGRAMS} ? socket.send(Buffer.alloc(sizeOf(sent++)), port, host) : socket.close(resolve);
  socket.on('message', send);
  send();
});
(async () => {
  for (let index = 0; index < ${SHORT}; index++) {
    await connect(7001, '127.0.0.1', index);
    await connect(7002, '::1', index);
  }
  await datagrams('udp4', 7003, '127.0.0.1');
  await datagrams('udp6', 7004, '::1');
})();
`;

/** Calls the same ports outside of the namespace, where nobody answers. */
const ELSEWHERE = `
const net = require('node:net');
const socket = require('node:dgram').createSocket('udp4').on('error', () => {});
setInterval(() => {
  socket.send('elsewhere', 7003, '127.0.0.1');
  net.connect(7001, '127.0.0.1').on('error', () => {});
}, 5);
`;

/** What was said last of each connection, which opened once. */
function connectionsOf(rows: readonly Row[]): Map<string, Row> {
  const all = new Map<string, Row>();
  for (const row of rows) {
    const key = `${row.local_port} ${row.remote_port}`;
    expect([key, all.has(key)]).toEqual([key, row.event !== 'opened']);
    all.set(key, row);
  }
  return all;
}

const bytes = (of: Map<string, Row>, first: string, second: string): string[] =>
  [...of.values()].map((row) => `${row[first]} ${row[second]}`).sort();

let scene: LiveScene;
let server: ChildProcess;

beforeAll(async () => {
  if (noEbpf !== null) return;
  scene = openLiveScene('ebpf');
  // so that no two connections have the same ends
  const settings = ['net.ipv4.tcp_tw_reuse=0', 'net.ipv4.ip_local_port_range=10000 60000'];
  execFileSync('ip', ['netns', 'exec', scene.name, 'sysctl', '-qw', ...settings]);
  server = await scene.run(SERVER);
});
afterAll(() => {
  if (noEbpf === null) scene.remove();
});

/** Resolves when stderr has said it. */
function said(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let all = '';
    child.stderr!.on('data', (chunk: string) => {
      all += chunk;
      if (all.includes(text)) resolve();
    });
    child.on('close', () => reject(new Error(`it ended without "${text}": ${all}`)));
  });
}

/** Starts netwatch in the namespace, with the tracefs that `ip netns exec` takes away. */
const start = (...argv: readonly string[]): Live =>
  scene.start(argv, ['sh', '-c', 'mount -t tracefs tracefs /sys/kernel/tracing && exec "$@"', 'sh']);

/** The same, and waits until sockets are watched. */
async function startWatching(...argv: readonly string[]): Promise<Live> {
  const live = start(...argv, '--ebpf', '--json', '-v');
  await said(live.child, 'watched by eBPF');
  return live;
}

/** Runs the client to its end; its process id. */
async function runClient(): Promise<number> {
  const child = spawn('ip', ['netns', 'exec', scene.name, process.execPath, '-e', CLIENT], { stdio: 'inherit' });
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect(status).toBe(0);
  return child.pid!;
}

/** Shells that live for some milliseconds and make a connection each; their process ids. */
function runBriefly(count: number): number[] {
  const script = `for i in $(seq ${count}); do bash -c 'echo $$; echo x > /dev/tcp/127.0.0.1/7001'; done`;
  const out = execFileSync('ip', ['netns', 'exec', scene.name, 'bash', '-c', script], { encoding: 'utf8' });
  return out.trim().split('\n').map(Number);
}

const bpftraceOf = (pid: number): number[] =>
  fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => {
      try {
        const stat = fs.readFileSync(`/proc/${one}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        return parent === pid && fs.readFileSync(`/proc/${one}/cmdline`, 'utf8').includes('bpftrace');
      } catch {
        return false;
      }
    });
const isAlive = (pid: number): boolean =>
  fs.existsSync(`/proc/${pid}/exe`) && fs.readlinkSync(`/proc/${pid}/exe`) !== '';

// again where it fails: the kernel leaves a program out that would run on top of another, which a busy machine may bring about;
// nothing else runs beside it (vitest.config.ts)
describe.skipIf(noEbpf !== null)('sockets watched by eBPF', { timeout: 60_000, retry: 2 }, () => {
  test('conns --events: a thousand short connections and datagrams, each byte of the right process', async () => {
    const live = await startWatching('conns', '--events', '--interval', '1s');
    // of another network, which is not looked at
    const elsewhere = spawn(process.execPath, ['-e', ELSEWHERE], { stdio: 'ignore' });
    const client = await runClient();
    const brief = runBriefly(20);
    live.child.kill('SIGINT');
    const { status, out, said: messages } = await live.ended;
    elsewhere.kill();
    expect([status, messages]).toEqual([130, expect.not.stringContaining('more events than')]);
    const rows = parseLines(out) as Row[];
    const sizes = Array.from({ length: SHORT }, (_, index) => sizeOf(index));
    for (const { family, tcp } of FAMILIES) {
      const of = rows.filter((row) => row.family === family);
      const calls = connectionsOf(of.filter((row) => row.remote_port === tcp && row.pid === client));
      const theirs = new Set([...calls.values()].map(({ local_port }) => local_port));
      const answers = connectionsOf(
        of.filter((row) => row.local_port === tcp && row.pid === server.pid && theirs.has(row.remote_port)),
      );
      expect([calls.size, answers.size]).toEqual([SHORT, SHORT]);
      // the kernel counts the end of the other side as a byte
      expect(bytes(calls, 'tx_bytes', 'rx_bytes')).toEqual(sizes.map((size) => `${size} 6`).sort());
      expect(bytes(answers, 'rx_bytes', 'tx_bytes')).toEqual(sizes.map((size) => `${size + 1} 5`).sort());
      expect(of.filter((row) => row.event === 'closed' && row.proto === 'udp' && row.pid === client)).toMatchObject([
        { tx_bytes: SUM, rx_bytes: 3 * DATAGRAMS, tx_packets: DATAGRAMS, source: 'ebpf', attribution: 'ebpf exact' },
      ]);
    }
    const shells = rows.filter(
      (row) => row.event === 'opened' && row.remote_port === 7001 && brief.includes(row.pid as number),
    );
    expect(new Set(shells.map((row) => row.pid))).toEqual(new Set(brief));
    expect(new Set(shells.map((row) => row.process))).toEqual(new Set(['bash']));
    // nobody but those who run here
    const ours = new Set<unknown>([client, server.pid, ...brief]);
    expect(rows.filter((row) => row.pid !== null && !ours.has(row.pid))).toEqual([]);
  });

  test('conns: bytes of UDP sockets that stay open, since they were watched', async () => {
    const live = await startWatching('conns', '--udp', '--interval', '500ms');
    let out = '';
    live.child.stdout!.on('data', (text: string) => (out += text));
    await runClient();
    const passed = (port: number): number =>
      Math.max(
        0,
        ...(parseLines(out.slice(0, out.lastIndexOf('\n') + 1)) as Row[])
          .filter((row) => row.local_port === port)
          .map((row) => Math.min(row.rx_packets as number, row.tx_packets as number)),
      );
    await until(() => FAMILIES.every(({ udp }) => passed(udp) >= DATAGRAMS));
    live.child.kill('SIGINT');
    await live.ended;
    const rows = parseLines(out) as Row[];
    for (const { udp } of FAMILIES) {
      const last = rows.filter((row) => row.local_port === udp).at(-1);
      expect(last).toMatchObject({
        pid: server.pid,
        source: 'ebpf',
        attribution: 'proc_fd exact',
        rx_bytes: SUM,
        rx_packets: DATAGRAMS,
        tx_bytes: 3 * DATAGRAMS,
        tx_packets: DATAGRAMS,
      });
    }
  });

  test('a single snapshot watches for a second', async () => {
    const { out } = await start('conns', '--udp', '--ebpf', '--json').ended;
    expect(parseLines(out)).toMatchObject([
      { local_port: 7003, rx_bytes: 0, tx_bytes: 0, rx_rate: 0, source: 'ebpf' },
      { local_port: 7004, rx_bytes: 0, tx_bytes: 0, rx_rate: 0, source: 'ebpf' },
    ]);
  });

  test.skipIf(noLiveCapture !== null)(
    'stats --by processes: every packet has its process, however short that lives',
    async () => {
      const live = start('stats', '-i', 'lo', '--by', 'processes', '--ebpf', '--json');
      await live.capturing;
      const client = await runClient();
      const brief = runBriefly(20);
      await sleep(100);
      live.child.kill('SIGINT');
      const rows = parseLines((await live.ended).out) as Row[];
      const of = (pid: number | null): Row | undefined => rows.find((row) => row.pid === pid);
      expect(of(null)).toBeUndefined();
      for (const pid of brief) expect(of(pid)).toMatchObject({ process: 'bash' });
      const sent = rows.reduce((sum, row) => sum + (row.tx_packets as number), 0);
      const received = rows.reduce((sum, row) => sum + (row.rx_packets as number), 0);
      expect(sent).toBe(received);
      expect(of(client)?.tx_packets).toBeGreaterThan(2 * SHORT * 4 + 2 * DATAGRAMS);
      expect((of(server.pid!)?.rx_packets as number) - (of(client)?.tx_packets as number)).toBeGreaterThan(0);
    },
  );

  test('bpftrace ends with netwatch that is killed, whether it watches or still begins', async () => {
    for (const waits of [true, false]) {
      const live = start('conns', '--ebpf', '-v', '--interval', '1s', '--json');
      if (waits) await said(live.child, 'watched by eBPF');
      await until(() => bpftraceOf(live.pid).length > 0);
      const [pid] = bpftraceOf(live.pid);
      live.child.kill('SIGKILL');
      await live.ended;
      await until(() => !isAlive(pid!));
    }
  });

  test('netwatch that ends leaves nothing behind', async () => {
    const live = await startWatching('conns', '--interval', '1s');
    const [pid] = bpftraceOf(live.pid);
    live.child.kill('SIGTERM');
    expect((await live.ended).status).toBe(143);
    await until(() => !isAlive(pid!));
  });

  test('bpftrace that is killed is told of, and the run goes on', async () => {
    const live = await startWatching('conns', '--udp', '--interval', '500ms', '-c', '6');
    process.kill(bpftraceOf(live.pid)[0]!, 'SIGKILL');
    const { status, said: messages } = await live.ended;
    expect([status, messages]).toEqual([
      0,
      expect.stringContaining('bytes and owners since bpftrace ended: eBPF: bpftrace ended'),
    ]);
  });

  test('Ctrl-C, which the whole group gets, does not lose the last events', async () => {
    const live = await startWatching('conns', '--events', '--interval', '20s');
    const client = await runClient();
    // the group of this test would get it too: each process of the run by itself
    for (const pid of [live.pid, ...groupOf(live.pid)]) process.kill(pid, 'SIGINT');
    const rows = parseLines((await live.ended).out) as Row[];
    const closed = rows.filter((row) => row.event === 'closed' && row.proto === 'udp' && row.pid === client);
    expect(closed.map((row) => row.tx_bytes)).toEqual([SUM, SUM]);
  });

  test('runs that last use it by themselves, and the first output does not wait for it', async () => {
    const live = start('conns', '--udp', '--interval', '500ms', '--json');
    let out = '';
    live.child.stdout!.on('data', (text: string) => (out += text));
    await until(() => out.includes('"source":"ebpf"'));
    live.child.kill('SIGINT');
    const { said: messages } = await live.ended;
    const [first] = parseLines(out) as Row[];
    expect([first?.source, first?.rx_bytes, messages]).toEqual(['sock_diag', null, '']);
  });

  test('and do not where that is forbidden', async () => {
    const live = start('conns', '--udp', '--interval', '1s', '--duration', '5s', '--no-ebpf', '--json');
    await sleep(2500);
    expect(bpftraceOf(live.pid)).toEqual([]);
    live.child.kill('SIGTERM');
    await live.ended;
  });
});

/** The children of a process that are in its group. */
function groupOf(pid: number): number[] {
  const own = groupIdOf(pid);
  return bpftraceOf(pid).filter((child) => groupIdOf(child) === own);
}
const groupIdOf = (pid: number): number => {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
};

describe('--ebpf that cannot be', () => {
  test.skipIf(process.getuid?.() !== 0)('names the capability and the command that grants it', async () => {
    const { stderr, status } = await startNetwatch(['conns', '--ebpf'], { uid: 65_534 }).ended;
    expect([status, stderr]).toEqual([77, expect.stringMatching(/CAP_BPF.*\n.*sudo netwatch conns --ebpf/)]);
  });

  test.each([
    [['conns', '--ebpf', '--no-ebpf'], 'exclude each other'],
    [['conns', '--ebpf', '-r', 'file'], '--ebpf needs a live machine'],
    [['capture', '--ebpf', '-r', 'file'], 'needs a live capture'],
    [['stats', '--ebpf', '-i', 'lo'], 'no other option here uses them'],
    [['capture', '--ebpf', '-i', 'lo', '-w', '/tmp/netwatch-never-made.pcap'], 'no other option here uses them'],
  ])('%j', async (argv, message) => {
    const { stderr, status } = await netwatch(...argv);
    expect([status, stderr]).toEqual([64, expect.stringContaining(message)]);
  });
});
