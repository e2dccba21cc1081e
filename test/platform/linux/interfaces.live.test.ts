import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InterfaceReading } from '../../../src/core/system/platform.ts';
import { readInterfaces } from '../../../src/platform/linux/interfaces.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { between, hasIp, ipJson } from './ip-tool.ts';
import { buildNetwork, type LiveNetwork, noNetwork } from './live-network.ts';

/** The fields that ip(8) knows too. */
type Known = Omit<InterfaceReading, 'kind' | 'speed_mbps' | 'duplex' | 'default_route'>;

interface PeerCounters {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly dropped: number;
}

interface PeerLink {
  readonly ifname: string;
  readonly ifindex: number;
  readonly operstate: string;
  readonly address?: string;
  readonly mtu: number;
  readonly flags: readonly string[];
  readonly master?: string;
  readonly link?: string;
  readonly ifalias?: string;
  readonly link_type: string;
  readonly linkinfo?: { readonly info_kind?: string; readonly info_data?: { readonly type?: string } };
  readonly stats64: {
    readonly rx: PeerCounters & { readonly multicast: number };
    readonly tx: PeerCounters & { readonly collisions: number };
  };
}

interface PeerAddresses {
  readonly ifname: string;
  readonly addr_info: readonly { readonly family: string; readonly local: string; readonly prefixlen: number }[];
}

/** What `ip` says of each interface, in our fields. */
function peerInterfaces(where: readonly string[]): Known[] {
  const links = ipJson<PeerLink>('-s', '-s', '-d', ...where, 'link');
  const addresses = new Map(ipJson<PeerAddresses>(...where, 'addr').map((link) => [link.ifname, link.addr_info]));
  return links.map((link) => {
    const { rx, tx } = link.stats64;
    const cidrs = (family: string): string[] =>
      addresses
        .get(link.ifname)!
        .filter((entry) => entry.family === family)
        .map((entry) => `${entry.local}/${entry.prefixlen}`);
    return {
      name: link.ifname,
      index: link.ifindex,
      state: link.operstate.toLowerCase() as Known['state'],
      ipv4: cidrs('inet'),
      ipv6: cidrs('inet6'),
      mac: link.address !== undefined && /^(..:)+..$/.test(link.address) ? link.address : null,
      mtu: link.mtu,
      rx_bytes: rx.bytes,
      tx_bytes: tx.bytes,
      rx_packets: rx.packets,
      tx_packets: tx.packets,
      rx_errors: rx.errors,
      tx_errors: tx.errors,
      rx_dropped: rx.dropped,
      tx_dropped: tx.dropped,
      collisions: tx.collisions,
      multicast: rx.multicast,
      flags: peerFlags(link.flags),
      master: link.master ?? null,
      parent: link.link ?? null,
      alias: link.ifalias ?? null,
    };
  });
}

/** `ip` says NO-CARRIER where RUNNING is missing from an interface that is up, and M-DOWN of the interface below. */
function peerFlags(flags: readonly string[]): string[] {
  const names = flags.filter((flag) => flag !== 'NO-CARRIER' && flag !== 'M-DOWN').map((flag) => flag.toLowerCase());
  const running = flags.includes('UP') && !flags.includes('NO-CARRIER');
  return [...names, ...(running ? ['running'] : [])].sort();
}

function known({ kind: _, speed_mbps: __, duplex: ___, default_route: ____, ...row }: InterfaceReading): Known {
  return { ...row, flags: [...row.flags].sort() };
}

function peerKinds(where: readonly string[]): [string, string | undefined][] {
  return ipJson<PeerLink>('-d', ...where, 'link').map((link) => {
    const { info_kind: driver, info_data: data } = link.linkinfo ?? {};
    return [link.ifname, driver === 'tun' ? data?.type : (driver ?? link.link_type)];
  });
}

const COUNTERS = [
  'rx_bytes',
  'tx_bytes',
  'rx_packets',
  'tx_packets',
  'rx_errors',
  'tx_errors',
  'rx_dropped',
  'tx_dropped',
  'collisions',
  'multicast',
] as const;

/** Without the counters, which never rest on a machine in use. */
function settled(row: Known): unknown {
  return { ...row, ...Object.fromEntries(COUNTERS.map((counter) => [counter, null])) };
}

describe.skipIf(!hasIp)('this machine', () => {
  const readPeer = (): unknown[] => peerInterfaces([]).map(settled);

  test('is what ip says it is', () => {
    const { peer, ours } = between(readPeer, () => readInterfaces(openHost(null, realClock), null));
    expect(ours.limits).toEqual([]);
    expect(ours.rows.map((row) => settled(known(row)))).toEqual(peer);
  });

  test('has counters between those of ip before and after', () => {
    const before = peerInterfaces([]);
    const rows = readInterfaces(openHost(null, realClock), null).rows;
    const after = peerInterfaces([]);
    for (const row of rows) {
      const first = before.find(({ index }) => index === row.index) ?? row;
      const last = after.find(({ index }) => index === row.index) ?? row;
      for (const counter of COUNTERS) {
        expect(row[counter], `${row.name} ${counter}`).toBeGreaterThanOrEqual(first[counter]!);
        expect(row[counter], `${row.name} ${counter}`).toBeLessThanOrEqual(last[counter]!);
      }
    }
  });

  test('is the same by sysfs', () => {
    const { peer, ours } = between(
      () => peerInterfaces([]).map(comparable),
      () => readInterfaces(openHost('/', realClock), null),
    );
    expect(ours.rows.map((row) => comparable(known(row)))).toEqual(peer);
  });
});

/** Without what sysfs can only guess, and the flags that it counts differently while someone captures. */
function comparable(row: Known): unknown {
  const flags = row.flags.filter((flag) => flag !== 'promisc' && flag !== 'allmulti');
  return { ...(settled(row) as Known), flags, ipv4: null, parent: null };
}

describe.skipIf(noNetwork !== null)('a network namespace', () => {
  let network: LiveNetwork;
  beforeAll(() => {
    network = buildNetwork();
  });
  afterAll(() => network?.remove());
  const read = (): readonly InterfaceReading[] => readInterfaces(openHost(null, realClock), network.netns).rows;

  test('is what ip says it is, its counters to the byte', () => {
    network.send(200, 1000);
    const { peer, ours } = between(() => peerInterfaces(network.near), read);
    expect(ours.map(known)).toEqual(peer);
    const va = ours.find(({ name }) => name === 'va')!;
    // headers of Ethernet, IP and UDP come on top
    expect(va.tx_bytes).toBeGreaterThanOrEqual(200 * (1000 + 42));
    expect(va).toMatchObject({ parent: null, alias: 'to-the-far-end', mtu: 1400, default_route: 'both' });
  });

  test('has interfaces of the kinds ip names', () => {
    expect(read().map(({ name, kind }) => [name, kind])).toEqual(peerKinds(network.near));
  });

  test('knows the speed of a veth', () => {
    expect(read().find(({ name }) => name === 'va')).toMatchObject({ speed_mbps: 10_000, duplex: 'full' });
    expect(read().find(({ name }) => name === 'lo')).toMatchObject({ speed_mbps: null, duplex: null });
  });
});
