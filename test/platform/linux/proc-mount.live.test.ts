import { spawnSync } from 'node:child_process';
import net from 'node:net';
import { describe, expect, test } from 'vitest';
import { BIN } from '../../support/program.ts';

/** The words before a command that take its /proc away. */
const BARE = ['unshare', '--mount', 'sh', '-c', 'umount -l /proc && exec "$@"', 'sh'];

const without = spawnSync(BARE[0]!, [...BARE.slice(1), 'test', '!', '-e', '/proc/self']).status === 0;
if (!without) console.warn('skipped: without /proc: needs root and a mount namespace');

describe.skipIf(!without)('where /proc is not mounted', { timeout: 60_000 }, () => {
  const ask = (...argv: readonly string[]) => {
    const env = { PATH: process.env.PATH ?? '', NETWATCH_CONFIG: 'none' };
    const { stdout, stderr, status } = spawnSync(BARE[0]!, [...BARE.slice(1), process.execPath, BIN, ...argv], {
      encoding: 'utf8',
      env,
    });
    return { stdout, stderr, status };
  };

  test('owners are denied, and the reason is said once', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    const { stdout, stderr, status } = ask('conns', '--port', `${port}`, '--fields', 'pid,attribution', '--json');
    server.close();
    expect([JSON.parse(stdout), status]).toEqual([{ type: 'conn', pid: null, attribution: 'none denied' }, 0]);
    expect(stderr).toMatch(/^netwatch: owners of \d+ sockets?: \/proc is not mounted; mount -t proc proc \/proc\n$/);
  });

  test('doctor says it', () => {
    expect(ask('doctor').stdout).toMatch(/^processes\tmissing\t\/proc is not mounted: .*\tmount -t proc proc \/proc$/m);
  });
});
