import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noNetwork } from '../../platform/linux/live-network.ts';
import { type LiveScene, openLiveScene, parseLines, until } from '../../support/live-scene.ts';
import { noTun } from '../../support/tun-device.ts';

const noPython = spawnSync('python3', ['-V']).status === 0 ? null : 'needs python3';
const noTunnel: string | null = noNetwork ?? noTun ?? noPython;
const noOpenvpn: string | null =
  noTunnel ?? (spawnSync('openvpn', ['--version']).error === undefined ? null : 'needs openvpn');
const noWireguard: string | null =
  noNetwork ??
  (spawnSync('unshare', ['-n', 'ip', 'link', 'add', 'type', 'wireguard']).status !== 0
    ? 'this kernel has no WireGuard'
    : spawnSync('wg', ['--version']).status === 0
      ? null
      : 'needs wg of wireguard-tools');
const noUserspace: string | null =
  noTunnel ??
  ['wireguard-go', 'wg'].map((tool) => (spawnSync(tool, ['--version']).error ? `needs ${tool}` : null)).find(Boolean) ??
  null;
if (noUserspace !== null) console.warn(`skipped: WireGuard by a process: ${noUserspace}`);
if (noTunnel !== null) console.warn(`skipped: tun devices: ${noTunnel}`);
if (noOpenvpn !== null) console.warn(`skipped: sessions of OpenVPN: ${noOpenvpn}`);
if (noWireguard !== null) console.warn(`skipped: sessions of WireGuard: ${noWireguard}`);

/** Holds a tun device and a flow to elsewhere, until its stdin ends. */
const HOLDER = `
import fcntl, os, socket, struct, sys
f = os.open('/dev/net/tun', os.O_RDWR)
fcntl.ioctl(f, 0x400454ca, struct.pack('16sH22x', b'nwtun', 0x1001))
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.connect(('10.94.0.2', 1194))
print(u.getsockname()[1], flush=True)
sys.stdin.read()
`;

let scene: LiveScene;
let far: string;
const started: ChildProcess[] = [];

/** Starts a program within a namespace; resolves with what it printed when that holds `word`. */
async function run(name: string, argv: readonly string[], word: RegExp): Promise<{ child: ChildProcess; out: string }> {
  const child = spawn('ip', ['netns', 'exec', name, ...argv], { stdio: ['pipe', 'pipe', 'inherit'] });
  started.push(child);
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  await until(() => word.test(out));
  return { child, out };
}

const up = (name: string): void => scene.ip('link', 'set', name, 'up');

async function list(...args: string[]): Promise<Record<string, unknown>[]> {
  const { out, said, status } = await scene.start(['ifaces', '--tunnels', '--json', ...args]).ended;
  if (status !== 0) throw new Error(said);
  return parseLines(out);
}

describe.skipIf(noTunnel !== null)('tunnels', () => {
  beforeAll(() => {
    scene = openLiveScene('tunnels');
    far = `${scene.name}-far`;
    execFileSync('ip', ['netns', 'add', far]);
    scene.ip('link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far', 'netns', far);
    scene.ip('addr', 'add', '10.94.0.1/24', 'dev', 'near');
    scene.ip('link', 'set', 'near', 'up');
    execFileSync('ip', ['-n', far, 'addr', 'add', '10.94.0.2/24', 'dev', 'far']);
    execFileSync('ip', ['-n', far, 'link', 'set', 'far', 'up']);
  });

  afterAll(() => {
    for (const child of started) child.kill('SIGKILL');
    scene.remove();
    spawnSync('ip', ['netns', 'del', far]);
  });

  test('a tun device, the process that holds it, and the flow that carries it', async () => {
    const holder = await run(scene.name, ['python3', '-c', HOLDER], /\n/);
    up('nwtun');
    scene.ip('addr', 'add', '10.95.0.1/24', 'dev', 'nwtun');
    expect(await list()).toMatchObject([
      {
        iface: 'nwtun',
        kind: 'tun',
        state: 'up',
        pid: holder.child.pid,
        process: expect.stringContaining('python'),
        proto: 'udp',
        local_addr: '10.94.0.1',
        local_port: Number(holder.out),
        remote_addr: '10.94.0.2',
        remote_port: 1194,
        outer_iface: 'near',
        outer_flows: 1,
        inner: expect.arrayContaining(['10.95.0.1/24']),
        reconnects: null,
        up_since: expect.stringMatching(/^20.*Z$/),
      },
    ]);
    // who may not see the process is told so
    const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const { out, said } = await scene.start(['ifaces', '--tunnels', '--json'], user).ended;
    expect(parseLines(out)).toMatchObject([{ iface: 'nwtun', pid: null, outer_flows: null, state: 'up' }]);
    expect(said).toContain('sudo netwatch ifaces --tunnels');
    holder.child.kill('SIGKILL');
    await until(async () => (await list()).length === 0);
  });

  test('its reconnects are counted while it is watched', async () => {
    const first = await run(scene.name, ['python3', '-c', HOLDER], /\n/);
    up('nwtun');
    const watched = scene.start(['ifaces', '--tunnels', '--json', '--interval', '100ms']);
    // a busy machine misses looks, and says so by another record
    const rowsOf = (out: string) =>
      parseLines(out.slice(0, out.lastIndexOf('\n') + 1)).filter(({ type }) => type === 'tunnel');
    await watched.until(({ out }) => rowsOf(out).length >= 2);
    first.child.kill('SIGKILL');
    const second = await run(scene.name, ['python3', '-c', 'import time; time.sleep(0.5)\n'.concat(HOLDER)], /\n/);
    up('nwtun');
    await watched.until(({ out }) => rowsOf(out).some(({ pid, state }) => pid === second.child.pid && state === 'up'));
    watched.child.kill('SIGINT');
    const rows = rowsOf((await watched.ended).out);
    expect(rows[0]).toMatchObject({ pid: first.child.pid, reconnects: null });
    expect(rows[1]).toMatchObject({ pid: first.child.pid, reconnects: 0, up_since: rows[0]!.up_since });
    const last = rows.at(-1)!;
    expect(last).toMatchObject({ pid: second.child.pid, reconnects: 1 });
    expect(Date.parse(last.up_since as string)).toBeGreaterThan(Date.parse(rows[0]!.up_since as string));
    second.child.kill('SIGKILL');
  });

  test.skipIf(noOpenvpn !== null)('a session of OpenVPN over TCP, with its outer flow', async () => {
    const secret = path.join(scene.folder, 'static.key');
    execFileSync('openvpn', ['--genkey', 'secret', secret], { stdio: 'ignore' });
    const common = [
      '--secret',
      secret,
      '--dev',
      'nwvpn',
      '--dev-type',
      'tun',
      '--cipher',
      'AES-256-CBC',
      '--verb',
      '3',
      ...['--persist-tun', '--connect-retry', '1'],
    ];
    const peer = (name: string, role: string, local: string, remote: string, ...more: string[]) =>
      spawnVpn(name, ['openvpn', ...common, '--proto', role, '--ifconfig', local, remote, ...more]);
    const spawnVpn = (name: string, argv: string[]): ChildProcess => {
      const child = spawn('ip', ['netns', 'exec', name, ...argv], { stdio: 'ignore' });
      started.push(child);
      return child;
    };
    peer(far, 'tcp-server', '10.96.0.2', '10.96.0.1', '--local', '10.94.0.2');
    const client = peer(scene.name, 'tcp-client', '10.96.0.1', '10.96.0.2', '--remote', '10.94.0.2');
    await until(async () => (await list()).some(({ remote_port }) => remote_port === 1194));
    expect(await list('-i', 'nwvpn')).toMatchObject([
      {
        iface: 'nwvpn',
        kind: 'openvpn',
        state: 'up',
        pid: client.pid,
        process: 'openvpn',
        proto: 'tcp',
        local_addr: '10.94.0.1',
        remote_addr: '10.94.0.2',
        remote_port: 1194,
        outer_iface: 'near',
        inner: expect.arrayContaining(['10.96.0.1/32']),
      },
    ]);
    // it keeps its device and its process, and connects anew
    const watched = scene.start(['ifaces', '--tunnels', '-i', 'nwvpn', '--json', '--interval', '200ms']);
    const rowsOf = (out: string) =>
      parseLines(out.slice(0, out.lastIndexOf('\n') + 1)).filter(({ type }) => type === 'tunnel');
    await watched.until(({ out }) => rowsOf(out).length >= 2);
    client.kill('SIGUSR1');
    await watched.until(({ out }) => rowsOf(out).some(({ reconnects }) => reconnects === 1));
    watched.child.kill('SIGINT');
    const [first, ...rows] = rowsOf((await watched.ended).out);
    expect(rows.at(-1)).toMatchObject({ pid: client.pid, reconnects: 1, remote_port: 1194 });
    expect(rows.at(-1)!.local_port).not.toBe(first!.local_port);
    expect(Date.parse(rows.at(-1)!.up_since as string)).toBeGreaterThan(Date.parse(first!.up_since as string));
    client.kill('SIGKILL');
  });
});

describe.skipIf(noUserspace !== null)('WireGuard by a process', { timeout: 120_000 }, () => {
  const wired = noUserspace === null ? openLiveScene('wgo') : null!;
  const other = `${wired?.name}-far`;
  const devices = [`nwa${process.pid}`, `nwb${process.pid}`] as const;
  const within = (name: string, ...argv: [string, ...string[]]): string =>
    execFileSync('ip', ['netns', 'exec', name, ...argv], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const keys: string[] = [];

  /** A device that a process of its own holds, which ends with the test. */
  async function open(name: string, at: 0 | 1): Promise<ChildProcess> {
    const device = devices[at];
    const child = spawn('ip', ['netns', 'exec', name, 'wireguard-go', '--foreground', device], { stdio: 'ignore' });
    started.push(child);
    await until(() => spawnSync('ip', ['netns', 'exec', name, 'wg', 'show', device]).status === 0);
    const file = path.join(wired.folder, `${at}.key`);
    within(name, 'wg', 'set', device, 'private-key', file, 'listen-port', '51820');
    within(name, 'ip', 'addr', 'add', `10.97.0.${at + 1}/24`, 'dev', device);
    within(name, 'ip', 'link', 'set', device, 'up');
    return child;
  }

  const setPeer = (name: string, at: 0 | 1): string =>
    within(
      name,
      ...(['wg', 'set', devices[at], 'peer', keys[1 - at]!, 'endpoint', `10.94.0.${2 - at}:51820`] as const),
      ...['allowed-ips', `10.97.0.${2 - at}/32`, 'persistent-keepalive', '1'],
    );

  beforeAll(async () => {
    execFileSync('ip', ['netns', 'add', other]);
    wired.ip('link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far', 'netns', other);
    for (const [at, name] of [wired.name, other].entries()) {
      const secret = execFileSync('wg', ['genkey'], { encoding: 'utf8' });
      fs.writeFileSync(path.join(wired.folder, `${at}.key`), secret, { mode: 0o600 });
      keys.push(execFileSync('wg', ['pubkey'], { encoding: 'utf8', input: secret }).trim());
      within(name, 'ip', 'addr', 'add', `10.94.0.${at + 1}/24`, 'dev', at === 0 ? 'near' : 'far');
      within(name, 'ip', 'link', 'set', at === 0 ? 'near' : 'far', 'up');
    }
  });

  afterAll(() => {
    for (const child of started) child.kill('SIGKILL');
    // who is killed leaves its socket
    for (const device of devices) fs.rmSync(`/run/wireguard/${device}.sock`, { force: true });
    wired.remove();
    spawnSync('ip', ['netns', 'del', other]);
  });

  test('its peers as wg shows them, no private key, and its reconnect when the process is another one', async () => {
    const near = await open(wired.name, 0);
    await open(other, 1);
    setPeer(wired.name, 0);
    setPeer(other, 1);
    const shown = (what: string): string =>
      within(wired.name, 'wg', 'show', devices[0], what).split('\t').at(-1)!.trim();
    await until(() => Number(shown('latest-handshakes')) > 0);
    const watched = wired.start(['ifaces', '--tunnels', '--json', '--interval', '200ms']);
    const rows = (out: string) =>
      parseLines(out.slice(0, out.lastIndexOf('\n') + 1)).filter(({ type }) => type === 'tunnel');
    await watched.until(({ out }) => rows(out).length >= 2);
    const [first] = rows((await wired.start(['ifaces', '--tunnels', '--json']).ended).out);
    expect(first).toMatchObject({
      iface: devices[0],
      kind: 'wireguard',
      state: 'up',
      peer: `${keys[1]!.slice(0, 8)}...`,
      pid: near.pid,
      process: 'wireguard-go',
      local_port: 51_820,
      remote_addr: '10.94.0.2',
      remote_port: 51_820,
      inner: [shown('allowed-ips')],
    });
    expect(Math.floor(Date.parse(first!.last_handshake as string) / 1000)).toBe(Number(shown('latest-handshakes')));
    expect(first!.rx_bytes).toBeGreaterThan(0);
    near.kill('SIGKILL');
    // its device is gone a moment later
    await until(() => spawnSync('ip', ['-n', wired.name, 'link', 'show', devices[0]]).status !== 0);
    const again = await open(wired.name, 0);
    setPeer(wired.name, 0);
    await watched.until(({ out }) => rows(out).some((row) => row.pid === again.pid && row.state === 'up'));
    watched.child.kill('SIGINT');
    const { out } = await watched.ended;
    expect(rows(out)[1]).toMatchObject({ pid: near.pid, reconnects: 0 });
    expect(rows(out).at(-1)).toMatchObject({ pid: again.pid, reconnects: 1, state: 'up' });
    for (const at of [0, 1])
      expect(out).not.toContain(fs.readFileSync(path.join(wired.folder, `${at}.key`), 'utf8').trim());
    const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const asNobody = await wired.start(['ifaces', '--tunnels', '--json'], user).ended;
    expect(parseLines(asNobody.out)).toMatchObject([{ iface: devices[0], kind: 'tun', peer: null }]);
    expect(asNobody.said).toContain('sudo netwatch ifaces --tunnels');
  });
});

describe.skipIf(noWireguard !== null)('WireGuard', () => {
  test('a peer and its exchange of keys', async () => {
    const wired = openLiveScene('wireguard');
    const other = `${wired.name}-far`;
    try {
      execFileSync('ip', ['netns', 'add', other]);
      const within = (name: string, file: string, ...args: string[]): string =>
        execFileSync('ip', ['netns', 'exec', name, file, ...args], { encoding: 'utf8' });
      wired.ip('link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far', 'netns', other);
      const publicKeys = [wired.name, other].map((name, at) => {
        const file = path.join(wired.folder, `${at}.key`);
        fs.writeFileSync(file, execFileSync('wg', ['genkey']), { mode: 0o600 });
        within(name, 'ip', 'addr', 'add', `10.94.0.${at + 1}/24`, 'dev', at === 0 ? 'near' : 'far');
        within(name, 'ip', 'link', 'set', at === 0 ? 'near' : 'far', 'up');
        within(name, 'ip', 'link', 'add', 'wg0', 'type', 'wireguard');
        within(name, 'ip', 'addr', 'add', `10.97.0.${at + 1}/24`, 'dev', 'wg0');
        within(name, 'wg', 'set', 'wg0', 'private-key', file, 'listen-port', '51820');
        within(name, 'ip', 'link', 'set', 'wg0', 'up');
        return within(name, 'wg', 'show', 'wg0', 'public-key').trim();
      });
      const set = (name: string, at: number): string =>
        within(
          name,
          ...(['wg', 'set', 'wg0', 'peer', publicKeys[at]!] as [string, ...string[]]),
          ...['endpoint', `10.94.0.${at + 1}:51820`, 'allowed-ips', `10.97.0.${at + 1}/32`],
        );
      set(wired.name, 1);
      set(other, 0);
      // a keepalive has keys exchanged
      within(wired.name, 'wg', 'set', 'wg0', 'peer', publicKeys[1]!, 'persistent-keepalive', '1');
      await until(() => /\t[1-9]\d*\n/.test(within(wired.name, 'wg', 'show', 'wg0', 'latest-handshakes')));
      const { out } = await wired.start(['ifaces', '--tunnels', '--json']).ended;
      expect(parseLines(out)).toMatchObject([
        {
          iface: 'wg0',
          kind: 'wireguard',
          state: 'up',
          peer: `${publicKeys[1]!.slice(0, 8)}...`,
          remote_addr: '10.94.0.2',
          remote_port: 51_820,
          local_port: 51_820,
          inner: ['10.97.0.2/32'],
        },
      ]);
      for (const key of publicKeys) expect(out).not.toContain(key);
    } finally {
      wired.remove();
      spawnSync('ip', ['netns', 'del', other]);
    }
  });
});
