import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NeighborRow } from '../../../src/core/record/tables/network-config.ts';
import { readNeighbors } from '../../../src/platform/linux/neighbors.ts';
import type { NetworkNamespace } from '../../../src/platform/linux/netns.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { between, hasIp, ipJson } from './ip-tool.ts';
import { buildNetwork, type LiveNetwork, noNetwork } from './live-network.ts';

interface PeerNeighbor {
  readonly dst: string;
  readonly lladdr?: string;
  readonly dev: string;
  readonly state: readonly string[];
}

function peerNeighbors(where: readonly string[]): NeighborRow[] {
  return ipJson<PeerNeighbor>(...where, 'neigh').map(({ dst, lladdr, dev, state }) => ({
    addr: dst,
    mac: lladdr ?? null,
    iface: dev,
    state: state[0]!,
    host: null,
    vendor: null,
  }));
}

function compare(where: readonly string[], netns: NetworkNamespace | null): readonly NeighborRow[] {
  const { peer, ours } = between(
    () => peerNeighbors(where),
    () => readNeighbors(openHost(null, realClock), netns),
  );
  expect(ours.limits).toEqual([]);
  expect(ours.rows).toEqual(peer);
  return ours.rows;
}

test.skipIf(!hasIp)('this machine has the neighbours ip shows', () => void compare([], null));

describe.skipIf(noNetwork !== null)('a network namespace', () => {
  let network: LiveNetwork;
  beforeAll(() => {
    network = buildNetwork();
  });
  afterAll(() => network?.remove());

  test('has the neighbours ip shows', () => {
    network.send(1, 10);
    const rows = compare(network.near, network.netns);
    const find = (addr: string): NeighborRow | undefined => rows.find((row) => row.addr === addr);
    expect(find('10.1.0.9')).toEqual({
      addr: '10.1.0.9',
      mac: '02:00:00:00:00:09',
      iface: 'va',
      state: 'PERMANENT',
      host: null,
      vendor: null,
    });
    expect(find('fd00:1::9')).toEqual({
      addr: 'fd00:1::9',
      mac: '02:00:00:00:00:19',
      iface: 'va',
      state: 'PERMANENT',
      host: null,
      vendor: null,
    });
    expect(find('10.1.0.8')?.state).toBe('STALE');
    expect(find('10.1.0.2')?.state).toBe('REACHABLE');
    expect(find('10.1.0.7')).toBeUndefined();
  });
});
