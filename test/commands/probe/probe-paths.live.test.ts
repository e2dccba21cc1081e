import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NetworkNamespace, openNetns } from '../../../src/platform/linux/netns.ts';
import { noNetwork } from '../../platform/linux/live-network.ts';
import { parseLines } from '../../support/live-scene.ts';
import { BIN } from '../../support/program.ts';
import { openRoutedPath, type RoutedPath } from '../../support/routed-path.ts';
import { echoReply, echoRequestTo, noTun, openTun } from '../../support/tun-device.ts';

const NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];

/** By a capability of its file, or because it belongs to root and says so. */
const PING_MAY_SEND =
  spawnSync('setpriv', [...NOBODY.slice(1), 'ping', '-c', '1', '-W', '1', '127.0.0.1'], { stdio: 'ignore' }).status ===
  0;

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly status: number | null; readonly out: string; readonly said: string }>;
}

/** Starts netwatch in a namespace; what stands before it becomes it. */
function start(name: string, argv: readonly string[], before: readonly string[] = []): Run {
  const child = spawn('ip', ['netns', 'exec', name, ...before, process.execPath, BIN, 'probe', ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', NETWATCH_CONFIG: 'none' },
  });
  let out = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  return { child, ended: new Promise((resolve) => child.on('close', (status) => resolve({ status, out, said }))) };
}

describe.skipIf(noNetwork !== null)('probe along a path', { timeout: 30_000 }, () => {
  let path: RoutedPath;
  beforeAll(async () => {
    path = openRoutedPath('probe', 4);
    await path.ready();
    path.ip(2, 'link', 'set', 'right', 'mtu', '1400');
  });
  afterAll(() => path?.remove());
  const targets = (): string[] => [
    `trace://${path.target.ipv4}`,
    `mtu://${path.target.ipv4}`,
    `trace://[${path.target.ipv6}]`,
    `mtu://[${path.target.ipv6}]`,
  ];

  test.each([
    ['root', [], 'icmp_raw'],
    ['a user without any privilege', NOBODY, 'udp'],
  ] as const)('as %s: hops beside their target, and the path MTU', async (_, before, method) => {
    const argv = [...targets(), '-c', '2', '--interval', '0.2', '--json'];
    const { status, out, said } = await start(path.names[0]!, argv, before).ended;
    expect({ status, said }).toEqual({ status: 0, said: '' });
    const records = parseLines(out);
    const of = (type: string, target: string) =>
      records.filter((record) => record.type === type && record.target === target);
    for (const [at, family] of (['ipv4', 'ipv6'] as const).entries()) {
      const [trace, mtu] = [targets()[2 * at]!, targets()[2 * at + 1]!];
      expect(of('probe', trace)).toMatchObject([{ ok: true, hops: 3, sent: 2, received: 2, method, mtu_bytes: null }]);
      expect(of('probe', mtu)).toMatchObject([{ ok: true, mtu_bytes: 1400, sent: 2, received: 2, method }]);
      expect(of('hop', trace).map(({ hop, addr, sent, received }) => [hop, addr, sent, received])).toEqual(
        path.hops[family].map((addr, index) => [index + 1, addr, 2, 2]),
      );
    }
    expect(records.length).toBe(4 + 2 * 3);
  });

  test('a path that ends is a record that is down, with the hops that are known, and status 1', async () => {
    path.ip(2, 'route', 'add', 'blackhole', '10.80.3.2/32');
    try {
      const argv = [`trace://${path.target.ipv4}`, '-c', '1', '--timeout', '0.5', '--json'];
      const { status, out, said } = await start(path.names[0]!, argv).ended;
      expect(status).toBe(1);
      expect(said).toContain('not every target answers as it should');
      expect(parseLines(out)).toMatchObject([
        { type: 'probe', ok: false, state: 'down', hops: 1 },
        { type: 'hop', hop: 1, addr: path.hops.ipv4[0] },
        { type: 'hop', hop: 2, addr: null, loss_pct: 100 },
      ]);
    } finally {
      path.ip(2, 'route', 'del', 'blackhole', '10.80.3.2/32');
    }
  });

  test.each([
    ['the ping command', NOBODY, 'ping'],
    ['a TCP connection, where ping may not send either', [...NOBODY, '--no-new-privs'], 'tcp_connect'],
  ] as const)('an echo as a user without any privilege: by %s', async (_, before, method) => {
    const { status, out, said } = await start(path.names[0]!, ['127.0.0.1', '-c', '2', '--json'], before).ended;
    expect(status).toBe(0);
    expect(said).toMatch(/^netwatch: ICMP echo: no socket for it is permitted here; netwatch doctor\n$/);
    const ways = PING_MAY_SEND ? [method] : ['tcp_connect'];
    expect(parseLines(out)).toMatchObject([{ ok: true, sent: 2, received: 2, method: expect.toBeOneOf(ways) }]);
  });

  test('where nothing that may be asked is answered, that is unknown and not down, and the status is 3', async () => {
    const argv = ['10.80.1.99', '-c', '1', '--timeout', '0.5', '--json'];
    const run = start(path.names[0]!, argv, [...NOBODY, '--no-new-privs']);
    const { status, out } = await run.ended;
    expect(status).toBe(3);
    expect(parseLines(out)).toMatchObject([{ ok: null, state: 'unknown', sent: 0, loss_pct: null }]);
  });

  test('an address of a link, with its zone', async () => {
    const [{ addr_info }] = JSON.parse(
      execFileSync('ip', ['-n', path.names[1]!, '-j', '-6', 'addr', 'show', 'left'], { encoding: 'utf8' }),
    ) as [{ addr_info: { local?: string }[] }];
    const local = addr_info.find((one) => one.local?.startsWith('fe80'))!.local!;
    const { status, out } = await start(path.names[0]!, [`${local}%right`, '-c', '1', '--json']).ended;
    expect(status).toBe(0);
    expect(parseLines(out)).toMatchObject([{ ok: true, addr: local, method: 'icmp_raw' }]);
  });

  test('hops are left out with their target by a filter', async () => {
    const argv = [`trace://${path.target.ipv4}`, '-c', '1', '-f', 'rtt_avg_ms > 1000', '--json'];
    expect((await start(path.names[0]!, argv).ended).out).toBe('');
  });
});

describe.skipIf((noNetwork ?? noTun) !== null)('two hundred targets at once', { timeout: 30_000 }, () => {
  const name = `nwmany-${process.pid}`;
  let netns: NetworkNamespace;
  let tun: { close(): void };
  beforeAll(() => {
    execFileSync('ip', ['netns', 'add', name]);
    netns = openNetns(name);
    // every tenth host is silent; the others answer after 30 ms
    tun = openTun(netns, 'tun0', (packet) =>
      (echoRequestTo(packet)?.[3] ?? 0) % 10 === 0 ? [] : [{ bytes: echoReply(packet), afterMs: 30 }],
    );
    for (const line of ['addr add 10.66.0.1/16 dev tun0', 'link set tun0 up']) {
      execFileSync('ip', ['-n', name, ...line.split(' ')]);
    }
  });
  afterAll(() => {
    tun?.close();
    netns?.close();
    spawnSync('ip', ['netns', 'del', name]);
  });

  /** Memory of its own at most, in kB, without the pages of node's executable that all its processes share. */
  async function privateMemory({ child, ended }: Run): Promise<number> {
    let most = 0;
    const look = setInterval(() => {
      try {
        const status = fs.readFileSync(`/proc/${child.pid}/status`, 'utf8');
        most = Math.max(most, Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1] ?? 0));
      } catch {
        // it has ended
      }
    }, 10);
    await ended;
    clearInterval(look);
    return most;
  }

  test('each is asked in time, none delays another, and memory stays below 60 MB', async () => {
    const hosts = Array.from({ length: 200 }, (_, n) => `10.66.1.${n + 1}`);
    const run = start(name, [...hosts, '-c', '4', '--interval', '0.25', '--timeout', '1', '--json']);
    const memory = privateMemory(run);
    const { out } = await run.ended;
    const records = parseLines(out);
    expect(new Set(records.map(({ target }) => target))).toEqual(new Set(hosts));
    for (const { target, sent, received, rtt_min_ms, loss_pct } of records) {
      const isSilent = Number(String(target).split('.')[3]) % 10 === 0;
      expect({ target, sent, received, loss_pct }).toEqual({
        target,
        sent: 4,
        received: isSilent ? 0 : 4,
        loss_pct: isSilent ? 100 : 0,
      });
      if (isSilent) expect(rtt_min_ms).toBeNull();
      else {
        expect(rtt_min_ms).toBeGreaterThanOrEqual(29);
        expect(rtt_min_ms).toBeLessThan(50); // the network itself is one busy function
      }
    }
    expect(await memory).toBeLessThan(60_000);
  });
});
