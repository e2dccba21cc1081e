import { spawnSync } from 'node:child_process';
import os from 'node:os';
import { expect, test } from 'vitest';
import { localAddressTo } from '../../src/platform/probe/local-address.ts';
import { recordsOf } from '../support/in-process.ts';
import { BIN } from '../support/program.ts';
import { toolIsMissing } from '../support/tool.ts';

test('to this machine it is that of the loopback', async () => {
  expect(await localAddressTo('127.0.0.1')).toBe('127.0.0.1');
  const hasIpv6 = Object.values(os.networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
  expect(await localAddressTo('::1')).toBe(hasIpv6 ? '::1' : null);
});

test('a name has none, nor has what is no address', async () => {
  expect(await localAddressTo('example.org')).toBeNull();
  expect(await localAddressTo('')).toBeNull();
  // a class that no route leads to
  expect(await localAddressTo('255.255.255.255')).toBeNull();
});

const noNamespace =
  process.platform !== 'linux' ||
  toolIsMissing('ip') ||
  toolIsMissing('unshare') ||
  spawnSync('unshare', ['-n', 'true']).status !== 0;
if (noNamespace) console.warn('skipped: a path that changes needs a network namespace');

test.skipIf(noNamespace)(
  'a path that changes during a run is counted, in a namespace of its own',
  () => {
    // nobody is behind the route, which says the address that is sent from
    const script = `
      ip link set lo up
      ip addr add 198.51.100.1/32 dev lo; ip addr add 198.51.100.2/32 dev lo
      ip route add 203.0.113.0/24 dev lo src 198.51.100.1
      ${process.execPath} ${BIN} probe tcp://203.0.113.5:9 -c 1 --timeout 50ms --every 300ms --duration 2800ms --json &
      sleep 1.5
      ip route change 203.0.113.0/24 dev lo src 198.51.100.2
      wait`;
    const { stdout } = spawnSync('unshare', ['-n', 'sh', '-c', script], {
      encoding: 'utf8',
      env: { ...process.env, NETWATCH_CONFIG: 'none' },
    });
    const rounds = recordsOf<{ local_addr: string; path_changes: number; iface: string; iface_tx_rate: number | null }>(
      stdout,
    );
    expect([rounds[0]?.local_addr, rounds.at(-1)?.local_addr]).toEqual(['198.51.100.1', '198.51.100.2']);
    expect(rounds[0]).toMatchObject({ iface: 'lo', iface_tx_rate: null });
    // a SYN each round, into the loopback
    expect(rounds[1]?.iface_tx_rate).toBeGreaterThan(50);
    for (const { local_addr, path_changes } of rounds) expect(path_changes).toBe(local_addr === '198.51.100.1' ? 0 : 1);
  },
  20_000,
);
