import { expect, test } from 'vitest';
import { parseLevel, parsePortRange, readCounters } from '../../../src/platform/linux/counters.ts';
import { parseSnmp, parseSnmp6 } from '../../../src/platform/linux/proc-net-snmp.ts';
import { brokenDen, den } from './folder-machine.ts';
import { badPrefix } from './text-prefixes.ts';

const SNMP = den.read('/proc/net/snmp');
const SNMP6 = den.read('/proc/net/snmp6');

test('a machine as files has the counters of nstat and the limits of sysctl', () => {
  const { rows, limits } = readCounters(den, null);
  expect(limits).toEqual([]);
  expect(Object.fromEntries(rows.map(({ name, value }) => [name, value]))).toEqual({
    IpForwarding: 2,
    IpDefaultTTL: 64,
    IpInReceives: 90_210,
    IpInDiscards: 3,
    TcpRtoAlgorithm: 1,
    TcpActiveOpens: 310,
    TcpPassiveOpens: 2200,
    UdpInDatagrams: 4100,
    UdpNoPorts: 7,
    UdpInErrors: 5,
    UdpOutDatagrams: 3900,
    UdpRcvbufErrors: 5,
    TcpExtSyncookiesSent: 0,
    TcpExtListenOverflows: 12,
    TcpExtListenDrops: 14,
    Ip6InReceives: 510,
    Udp6RcvbufErrors: 2,
    nf_conntrack_count: 37,
    nf_conntrack_max: 65_536,
    somaxconn: 4096,
    tcp_max_syn_backlog: 512,
    ip_local_port_range_first: 32_768,
    ip_local_port_range_last: 60_999,
  });
});

test('what is cut short is left out, and no number is half read', () => {
  expect(readCounters(brokenDen, null).rows.map(({ name }) => name)).toEqual([
    'IpForwarding',
    'IpDefaultTTL',
    'IpInReceives',
    'IpInDiscards',
    'TcpRtoAlgorithm',
    'TcpActiveOpens',
    'TcpPassiveOpens',
    'Ip6InReceives',
  ]);
  expect(badPrefix(SNMP, parseSnmp)).toBeNull();
  expect(badPrefix(SNMP6, parseSnmp6)).toBeNull();
  expect(badPrefix('32768\t60999\n', parsePortRange)).toBeNull();
  expect(badPrefix('4096\n', (text) => parseLevel('somaxconn', text))).toBeNull();
});

test('a group whose values do not fit its names is left out', () => {
  expect(parseSnmp('Ip: A B\nIp: 1\nTcp: A\nTcp: 2\n')).toEqual([{ name: 'TcpA', value: 2 }]);
});
