import type { CounterRow } from '../../core/record/tables/counter.ts';
import type { Host } from '../../core/system/host.ts';
import type { Reading } from '../../core/system/platform.ts';
import type { NetworkNamespace } from './netns.ts';
import { parseSnmp, parseSnmp6 } from './proc-net-snmp.ts';
import { openIn } from './rtnetlink.ts';

/** Limits and levels that counters are compared with, by their names in sysctl(8). */
const LEVELS: Readonly<Record<string, string>> = {
  nf_conntrack_count: '/proc/sys/net/netfilter/nf_conntrack_count',
  nf_conntrack_max: '/proc/sys/net/netfilter/nf_conntrack_max',
  somaxconn: '/proc/sys/net/core/somaxconn',
  tcp_max_syn_backlog: '/proc/sys/net/ipv4/tcp_max_syn_backlog',
};
const PORT_RANGE = '/proc/sys/net/ipv4/ip_local_port_range';

/** Every counter of a namespace, null for our own; a file that is absent has none. Throws a Failure. */
export function readCounters(host: Host, netns: NetworkNamespace | null): Reading<CounterRow> {
  // /proc/net is that of the first thread; another thread may be the one that entered the namespace
  const folder = netns === null ? '/proc/net' : '/proc/thread-self/net';
  const read = (file: string): string => host.readIfAny(file) ?? '';
  const rows = openIn(netns, () => [
    ...parseSnmp(read(`${folder}/snmp`)),
    ...parseSnmp(read(`${folder}/netstat`)),
    ...parseSnmp6(read(`${folder}/snmp6`)),
    ...Object.entries(LEVELS).flatMap(([name, file]) => parseLevel(name, read(file))),
    ...parsePortRange(read(PORT_RANGE)),
  ]);
  return { rows, limits: [] };
}

/** A file with one number. */
export function parseLevel(name: string, text: string): CounterRow[] {
  return /^[0-9]{1,15}\n$/.test(text) ? [{ name, value: Number(text) }] : [];
}

/** The first and the last port that the kernel chooses for a connection. */
export function parsePortRange(text: string): CounterRow[] {
  const [, first, last] = /^([0-9]{1,5})\s+([0-9]{1,5})\n$/.exec(text) ?? [];
  if (first === undefined) return [];
  return [
    { name: 'ip_local_port_range_first', value: Number(first) },
    { name: 'ip_local_port_range_last', value: Number(last) },
  ];
}
