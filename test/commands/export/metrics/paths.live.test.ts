import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noNetwork } from '../../../platform/linux/live-network.ts';
import { type LiveScene, openLiveScene, until } from '../../../support/live-scene.ts';
import { toolIsMissing } from '../../../support/tool.ts';
import { noTun } from '../../../support/tun-device.ts';

const PROBE = `
import socket
socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
`;
const noPaths: string | null =
  noNetwork ??
  noTun ??
  (spawnSync('python3', ['-c', PROBE]).status !== 0 || spawnSync('ip', ['mptcp', 'limits', 'show']).status !== 0
    ? 'needs MPTCP, python3 and ip mptcp'
    : null);
if (noPaths !== null) console.warn(`skipped: metrics of paths: ${noPaths}`);

/** Echoes on MPTCP. */
const SERVER = `
import socket
s = socket.socket(2, 1, 262); s.bind(('0.0.0.0', 5000)); s.listen()
print('listens', flush=True)
c, _ = s.accept()
while True:
  data = c.recv(65536)
  if not data: break
  c.sendall(data)
`;
/** Sends what it is told to, a line each. */
const CLIENT = `
import socket, sys
s = socket.socket(2, 1, 262); s.connect(('10.98.0.2', 5000))
print('connected', flush=True)
for line in sys.stdin:
  n = int(line)
  s.sendall(b'y' * n)
  got = 0
  while got < n: got += len(s.recv(65536))
  print('echoed', flush=True)
`;
/** Holds a tun device and a flow to elsewhere. */
const HOLDER = `
import fcntl, os, socket, struct, sys
f = os.open('/dev/net/tun', os.O_RDWR)
fcntl.ioctl(f, 0x400454ca, struct.pack('16sH22x', b'nwtun', 0x1001))
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.connect(('10.98.0.2', 1194))
print('holds', flush=True)
sys.stdin.read()
`;

let near: LiveScene;
let far: string;
let client: ChildProcess;
let echoed = '';
const started: ChildProcess[] = [];

async function run(name: string, script: string, word: string): Promise<ChildProcess> {
  const child = spawn('ip', ['netns', 'exec', name, 'python3', '-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  started.push(child);
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  await until(() => out.includes(word));
  return child;
}
const within = (...argv: string[]): string =>
  execFileSync('ip', ['netns', 'exec', near.name, ...argv], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const ask = (place: string): string =>
  within(
    process.execPath,
    '-e',
    `fetch('http://127.0.0.1:9787${place}').then((answer) => answer.text()).then((text) => process.stdout.write(text));`,
  );
const numberOf = (series: string): number => {
  const line = ask('/metrics')
    .split('\n')
    .find((one) => one.startsWith(`${series} `));
  return line === undefined ? Number.NaN : Number(line.slice(series.length + 1));
};

describe.skipIf(noPaths !== null)('a session of two paths and a tunnel', { timeout: 180_000 }, () => {
  beforeAll(async () => {
    near = openLiveScene('paths');
    far = `${near.name}-far`;
    execFileSync('ip', ['netns', 'add', far]);
    for (const at of ['0', '1']) {
      near.ip('link', 'add', `a${at}`, 'type', 'veth', 'peer', 'name', `b${at}`, 'netns', far);
      near.ip('addr', 'add', `10.98.${at}.1/24`, 'dev', `a${at}`);
      near.ip('link', 'set', `a${at}`, 'up');
      execFileSync('ip', ['-n', far, 'addr', 'add', `10.98.${at}.2/24`, 'dev', `b${at}`]);
      execFileSync('ip', ['-n', far, 'link', 'set', `b${at}`, 'up']);
    }
    for (const name of [near.name, far]) {
      spawnSync('ip', ['netns', 'exec', name, 'sysctl', '-q', 'net.mptcp.enabled=1']);
      spawnSync('ip', [
        'netns',
        'exec',
        name,
        'ip',
        'mptcp',
        'limits',
        'set',
        'subflow',
        '2',
        'add_addr_accepted',
        '2',
      ]);
    }
    within(...'ip mptcp endpoint add 10.98.1.1 dev a1 id 5 subflow'.split(' '));
    await run(far, SERVER, 'listens');
    client = await run(near.name, CLIENT, 'connected');
    client.stdout!.on('data', (text: string) => (echoed += text));
    await send(100_000);
    await run(near.name, HOLDER, 'holds');
    near.ip('addr', 'add', '10.99.0.1/24', 'dev', 'nwtun');
    near.ip('link', 'set', 'nwtun', 'up');
    const live = near.start(['export', 'metrics', '--listen', '9787']);
    await live.until(({ said }) => said.includes('listening on http://127.0.0.1:9787/'));
  }, 60_000);

  afterAll(() => {
    for (const child of started) child.kill('SIGKILL');
    near.remove();
    spawnSync('ip', ['netns', 'del', far]);
  });

  async function send(bytes: number): Promise<void> {
    echoed = '';
    client.stdin!.write(`${bytes}\n`);
    await until(() => echoed.includes('echoed'));
  }

  test('are metrics, also when netwatch has become nobody', async () => {
    await until(() => numberOf('netwatch_mptcp_sessions{paths="2"}') === 1);
    for (const device of ['a0', 'a1']) expect(numberOf(`netwatch_mptcp_paths{device="${device}"}`)).toBe(1);
    const shares = ['a0', 'a1'].map((device) => numberOf(`netwatch_mptcp_share_ratio{device="${device}"}`));
    expect(shares[0]! + shares[1]!).toBeCloseTo(1, 6);
    const received = ['a0', 'a1'].map((device) => numberOf(`netwatch_mptcp_receive_bytes{device="${device}"}`));
    expect(received[0]! + received[1]!).toBeGreaterThanOrEqual(100_000);
    expect(numberOf('netwatch_mptcp_paths_lost_total')).toBe(0);
    expect(numberOf('netwatch_tunnel_session_up{device="nwtun",kind="tun"}')).toBe(1);
    expect(numberOf('netwatch_tunnel_up{device="nwtun",kind="tun"}')).toBe(1);
    expect(numberOf('netwatch_tunnel_session_start_timestamp_seconds{device="nwtun",kind="tun"}')).toBeGreaterThan(
      Date.now() / 1000 - 120,
    );
  });

  test.skipIf(toolIsMissing('chromium'))('are on the page, with a picture each, in a browser', async () => {
    // a rate takes two looks
    await until(async () => {
      await send(50_000);
      return /<title>received: at most [^<]*<\/title>/.test(
        ask('/').split('<h2>Paths</h2>')[1]!.split('</section>')[0]!,
      );
    });
    const profile = fs.mkdtempSync(path.join(near.folder, 'chromium-'));
    const { stdout: dom, stderr } = spawnSync(
      'ip',
      [
        ...['netns', 'exec', near.name, 'chromium', '--headless=new', '--no-sandbox', '--disable-gpu', '--dump-dom'],
        ...['--enable-logging=stderr', `--user-data-dir=${profile}`, 'http://127.0.0.1:9787/'],
      ],
      { encoding: 'utf8' },
    );
    const sectionOf = (title: string): string => dom.split(`<h2>${title}</h2>`)[1]?.split('</section>')[0] ?? '';
    const tunnels = sectionOf('Sessions of tunnels');
    for (const part of ['nwtun', 'python', 'udp to 10.98.0.2 port 1194 by a0', '<svg']) expect(tunnels).toContain(part);
    const paths = sectionOf('Paths');
    for (const at of ['0', '1'])
      expect(paths).toMatch(new RegExp(`10\\.98\\.${at}\\.1 port \\d+ to 10\\.98\\.\\d\\.2 port 5000`));
    expect(paths).toMatch(/1 session of MPTCP; bytes by interface: a0 [\d.]+ %, a1 [\d.]+ %\./);
    expect(paths.match(/<svg[^>]*role="img"[^>]*><title>received: at most/g)).toHaveLength(2);
    expect(stderr.split('\n').filter((line) => /CONSOLE.*source: http:\/\/127\.0\.0\.1:9787/.test(line))).toEqual([]);
  });

  test('a path that is lost is counted, and a tunnel that comes back has a reconnect', async () => {
    within(...'ip mptcp endpoint del id 5'.split(' '));
    const holder = started.at(-1)!;
    holder.kill('SIGKILL');
    await until(() => Number.isNaN(numberOf('netwatch_tunnel_session_up{device="nwtun",kind="tun"}')));
    await run(near.name, HOLDER, 'holds');
    near.ip('link', 'set', 'nwtun', 'up');
    await until(() => numberOf('netwatch_tunnel_reconnects_total{device="nwtun",kind="tun"}') === 1);
    await until(() => numberOf('netwatch_mptcp_paths_lost_total') === 1);
    expect(numberOf('netwatch_mptcp_sessions{paths="1"}')).toBe(1);
  });
});
