import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noNetwork } from '../../platform/linux/live-network.ts';
import { parseLines, until } from '../../support/live-scene.ts';
import { BIN } from '../../support/program.ts';
import { hasSs } from '../../support/ss.ts';

/** Opens a socket of MPTCP, and says why it cannot. */
const PROBE = `
import socket
try: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
except OSError as error: print(error)
`;

const noMptcp: string | null = (() => {
  if (noNetwork !== null) return noNetwork;
  if (!hasSs) return 'needs ss of iproute2';
  const tried = spawnSync('python3', ['-c', PROBE], { encoding: 'utf8' });
  if (tried.status !== 0) return 'needs python3';
  if (tried.stdout !== '') return `this kernel has no MPTCP: ${tried.stdout.trim()}`;
  return spawnSync('ip', ['mptcp', 'limits', 'show']).status === 0 ? null : 'needs ip mptcp';
})();
if (noMptcp !== null) console.warn(`skipped: connections of MPTCP: ${noMptcp}`);

const near = `nwmp-${process.pid}`;
const far = `${near}-far`;
const REPLY_BYTES = 200_000;
const REQUEST_BYTES = 5000;

const SERVER = `
import socket, sys
s = socket.socket(2, 1, 262); s.bind(('0.0.0.0', 5000)); s.listen()
print('listens', flush=True)
c, _ = s.accept()
got = 0
while got < ${REQUEST_BYTES}: got += len(c.recv(65536))
c.sendall(b'x' * ${REPLY_BYTES})
sys.stdin.read()
`;
// the second path is opened once data has been acknowledged; the rest of the request waits for it
const CLIENT = `
import socket, sys
s = socket.socket(2, 1, 262); s.connect(('10.93.0.2', 5000))
s.sendall(b'y' * 1000)
print('connected', flush=True)
sys.stdin.readline()
s.sendall(b'y' * ${REQUEST_BYTES - 1000})
got = 0
while got < ${REPLY_BYTES}: got += len(s.recv(65536))
print('done', flush=True)
sys.stdin.read()
`;

const within = (name: string, ...args: string[]): string =>
  execFileSync('ip', ['netns', 'exec', name, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const list = (name: string, ...args: string[]): Record<string, unknown>[] =>
  parseLines(within(name, process.execPath, BIN, 'conns', '--json', '--config', 'none', ...args));

/** What ss prints of each subflow of a connection that is open. */
function subflowsOfSs(name: string): object[] {
  return within(name, 'ss', '-HtOnie', 'state', 'established')
    .split('\n')
    .filter((line) => line.includes('tcp-ulp-mptcp'))
    .map((line) => {
      const token = /token:(?<remote>\w+)\(id:(?<remoteId>\d+)\)\/(?<local>\w+)\(id:(?<localId>\d+)\)/.exec(line)!
        .groups!;
      const count = (word: string): number => Number(new RegExp(` ${word}:(\\d+)`).exec(line)?.[1] ?? 0);
      return {
        inode: count('ino'),
        mptcp_token: token.local!.padStart(8, '0'),
        mptcp_local_id: Number(token.localId),
        mptcp_remote_id: Number(token.remoteId),
        mptcp_flags: / flags:(\w+)/.exec(line)![1],
        rx_bytes: count('bytes_received'),
        tx_bytes: count('bytes_sent') - count('bytes_retrans'),
      };
    });
}

const started: ChildProcess[] = [];

/** Starts a program in Python, which ends with its stdin; resolves when it has printed `word`. */
async function run(name: string, script: string, word: string) {
  const child = spawn('ip', ['netns', 'exec', name, 'python3', '-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  started.push(child);
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const says = (what: string) => until(() => out.includes(what));
  await says(word);
  return { child, says };
}

describe.skipIf(noMptcp !== null)('a connection over two pairs of interfaces', () => {
  beforeAll(async () => {
    for (const name of [near, far]) execFileSync('ip', ['netns', 'add', name]);
    for (const path of ['0', '1']) {
      execFileSync('ip', `-n ${near} link add a${path} type veth peer name b${path} netns ${far}`.split(' '));
      for (const [name, device, host] of [
        [near, `a${path}`, '1'],
        [far, `b${path}`, '2'],
      ] as const) {
        execFileSync('ip', ['-n', name, 'addr', 'add', `10.93.${path}.${host}/24`, 'dev', device]);
        execFileSync('ip', ['-n', name, 'link', 'set', device, 'up']);
      }
    }
    for (const name of [near, far]) {
      within(name, 'sysctl', '-q', 'net.mptcp.enabled=1');
      within(name, 'ip', 'mptcp', 'limits', 'set', 'subflow', '2', 'add_addr_accepted', '2');
    }
    within(near, ...'ip mptcp endpoint add 10.93.1.1 dev a1 id 5 subflow backup'.split(' '));
    await run(far, SERVER, 'listens');
    const client = await run(near, CLIENT, 'connected');
    await until(() => subflowsOfSs(near).length === 2 && subflowsOfSs(far).length === 2);
    client.child.stdin!.write('go\n');
    await client.says('done');
    // what a subflow sends once more may still be under way
    let before = '';
    await until(async () => {
      await sleep(200);
      const now = JSON.stringify([near, far].map(subflowsOfSs));
      const isStill = now === before;
      before = now;
      return isStill;
    });
  }, 60_000);

  afterAll(() => {
    for (const child of started) child.kill('SIGKILL');
    for (const name of [near, far]) spawnSync('ip', ['netns', 'del', name]);
  });

  test.each([
    ['opened it', near],
    ['accepted it', far],
  ])('the side that %s lists it, and after it what ss says of its subflows', (_which, name) => {
    const [connection, ...subflows] = list(name, '--mptcp', '--established');
    const [, token] = /token:(\w+)/.exec(within(name, 'ss', '-HMOni', 'state', 'established'))!;
    expect(connection).toMatchObject({
      proto: 'mptcp',
      mptcp_role: 'connection',
      mptcp_token: token!.padStart(8, '0'),
      process: expect.stringContaining('python'),
      rx_bytes: null,
      [name === near ? 'mptcp_rx_bytes' : 'mptcp_tx_bytes']: REPLY_BYTES,
      [name === near ? 'mptcp_tx_bytes' : 'mptcp_rx_bytes']: REQUEST_BYTES,
    });
    expect(subflows).toHaveLength(2);
    expect(subflows).toMatchObject(subflowsOfSs(name));
    for (const subflow of subflows)
      expect(subflow).toMatchObject({ mptcp_token: connection!.mptcp_token, pid: connection!.pid });
    const joined = subflows.find(({ mptcp_role }) => mptcp_role === 'joined')!;
    expect(joined.mptcp_backup).toBe(name === near ? 'local' : 'remote');
    expect(subflows.map(({ mptcp_role }) => mptcp_role).sort()).toEqual(['initial', 'joined']);
  });

  test('who is not root sees which connection a subflow belongs to', () => {
    const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all'];
    const argv = [process.execPath, BIN, 'conns', '--mptcp', '--established', '--json', '--config', 'none'];
    const rows = parseLines(within(near, ...user, ...argv));
    expect(rows.map(({ proto }) => proto)).toEqual(['mptcp', 'tcp', 'tcp']);
    expect(new Set(rows.map(({ mptcp_token }) => mptcp_token)).size).toBe(1);
  });

  test('what listens is a listener, of MPTCP and of the TCP that carries it', () => {
    expect(list(far, '--mptcp', '--listen').map(({ proto, mptcp_role }) => [proto, mptcp_role])).toEqual([
      ['mptcp', 'listener'],
      ['tcp', 'listener'],
    ]);
  });

  test('--summary: the share of each path and interface, which is that of its bytes', () => {
    const rows = list(near, '--mptcp', '--summary', 'subflow');
    const [connection] = list(near, '--mptcp', '--established');
    expect(rows.map(({ session }) => session)).toEqual([connection!.mptcp_token, connection!.mptcp_token]);
    const moved = (row: Record<string, unknown>): number => (row.rx_bytes as number) + (row.tx_bytes as number);
    const whole = rows.reduce((sum, row) => sum + moved(row), 0);
    expect(whole).toBeGreaterThanOrEqual(REPLY_BYTES + REQUEST_BYTES);
    for (const row of rows) expect(row.share_pct).toBe(Math.round((10_000 * moved(row)) / whole) / 100);
    const shares = new Map(list(near, '--summary', 'interface').map(({ key, share_pct }) => [key, share_pct]));
    expect(shares).toEqual(new Map(rows.map(({ key, share_pct }) => [(key as string).split(' ')[1], share_pct])));
    expect(list(near, '--summary', 'session')).toMatchObject([{ key: connection!.mptcp_token, share_pct: 100 }]);
  });
});
