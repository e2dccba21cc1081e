import { spawn, spawnSync } from 'node:child_process';
import net from 'node:net';
import { describe, expect, test } from 'vitest';
import { parseHidepid } from '../../../src/platform/linux/hidepid.ts';
import { HIDING, noHiding, UNPRIVILEGED } from '../../support/hidden-processes.ts';
import { BIN } from '../../support/program.ts';

const mounted = (...options: readonly string[]): string =>
  options.map((one) => `proc /proc proc rw,relatime${one} 0 0\ntmpfs /tmp tmpfs rw,hidepid=2 0 0\n`).join('');

test.each([
  ['', null],
  [mounted(''), null],
  [mounted(',hidepid=0'), null],
  [mounted(',hidepid=off'), null],
  [mounted(',hidepid=2,gid=5'), '2'],
  [mounted(',gid=5,hidepid=ptraceable'), 'ptraceable'],
  [mounted(',hidepid=2', ''), null],
  [mounted('', ',hidepid=invisible'), 'invisible'],
])('%j', (mounts, hidepid) => expect(parseHidepid(mounts)).toBe(hidepid));

describe.skipIf(noHiding !== null)('where /proc hides processes from who asks', { timeout: 60_000 }, () => {
  const ask = (...argv: readonly string[]) => {
    const [command, ...args] = [...HIDING, ...UNPRIVILEGED, process.execPath, BIN, ...argv];
    const env = { PATH: process.env.PATH ?? '', NETWATCH_CONFIG: 'none' };
    const { stdout, stderr, status } = spawnSync(command!, args, { encoding: 'utf8', env });
    return { stdout, stderr, status };
  };

  test('an owner that cannot be seen is denied, with the reason and what helps', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    const { stdout, stderr, status } = ask('conns', '--port', `${port}`, '--fields', 'pid,attribution', '--json');
    server.close();
    expect([JSON.parse(stdout), status]).toEqual([{ type: 'conn', pid: null, attribution: 'none denied' }, 0]);
    expect(stderr).toMatch(
      /this user cannot read the descriptors of other users' processes: \/proc is mounted with hidepid=\w+; sudo netwatch conns\n/,
    );
  });

  test('a process that is there is not said to be none', () => {
    const child = spawn('sleep', ['60']);
    try {
      const { status, stderr } = ask('conns', '--pid', `${child.pid}`);
      expect([status, stderr]).toEqual([0, expect.not.stringContaining('no process')]);
      const netns = ask('conns', '--netns', `${child.pid}`);
      expect([netns.status, netns.stderr]).toEqual([77, expect.stringContaining('CAP_SYS_ADMIN')]);
    } finally {
      child.kill('SIGKILL');
    }
    expect(ask('conns', '--pid', `${2 ** 22 + 1}`).status).toBe(66);
  });

  test('doctor says it', () => {
    expect(ask('doctor').stdout).toMatch(/^processes\tlimited\t.*\/proc is mounted with hidepid=\w+/m);
  });
});
