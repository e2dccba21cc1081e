import { expect, test } from 'vitest';
import { connRow } from '../../../src/core/socket/conn-row.ts';
import type { Ownership } from '../../../src/core/socket/socket.ts';
import { CURL, readingOf, socketOf } from '../../support/fake-platform.ts';

const AT = { time: '2026-01-02T03:04:05.000Z', monotonicMs: 10_000.4 };
const FIRST_SEEN = { time: '2026-01-02T03:04:00.000Z', monotonicMs: 5000 };
const SH = { ...CURL, pid: 778, name: 'sh' };
const OWNER: Ownership = { processes: [{ ...CURL, container: 'box' }, SH], attribution: 'proc_fd shared' };
const SEEN = { at: AT, owner: OWNER, firstSeen: FIRST_SEEN, rxRate: 1.5, txRate: 2.5 };
const noName = () => null;

test('every field of a socket that is known', () => {
  const socket = socketOf({ server_name: 'a.example', app: 'tls', stream: 3, rx_queue: 4, tx_queue: 5, lost: 6 });
  const reading = { ...readingOf([socket]), netns: 'inner' };
  expect(connRow(socket, reading, (proto, port) => `${proto} ${port}`, SEEN)).toEqual({
    time: '2026-01-02T03:04:05.000Z',
    proto: 'tcp',
    family: 'ipv4',
    state: 'ESTABLISHED',
    local_addr: '192.0.2.10',
    local_port: 50_000,
    remote_addr: '198.51.100.7',
    remote_port: 443,
    pid: 777,
    process: 'curl',
    cmdline: 'curl https://example.org/',
    uid: 1000,
    user: 'alice',
    inode: 4242,
    rx_queue: 4,
    tx_queue: 5,
    rx_bytes: 1000,
    tx_bytes: 500,
    rx_packets: 10,
    tx_packets: 8,
    rx_rate: 1.5,
    tx_rate: 2.5,
    rtt_ms: 12.5,
    rttvar_ms: 2,
    min_rtt_ms: 10,
    retrans: 0,
    lost: 6,
    cwnd: 10,
    mss: 1448,
    iface: 'eth0',
    first_seen: '2026-01-02T03:04:00.000Z',
    age_s: 5,
    remote_host: null,
    service: 'tcp 443',
    app: 'tls',
    server_name: 'a.example',
    geo_country: null,
    container: 'box',
    cgroup: '/user.slice',
    netns: 'inner',
    stream: 3,
    source: 'sock_diag',
    attribution: 'proc_fd shared',
    pids: ['777', '778'],
    exe: '/usr/bin/curl',
    comm: 'curl',
    process_start: '2026-01-02T03:00:00.000Z',
    congestion: 'cubic',
    bytes_acked: 501,
    bytes_retrans: 0,
    delivery_rate: null,
    retransmits: 0,
    rmem_bytes: 0,
    wmem_bytes: 0,
    rcvbuf_bytes: 131_072,
    sndbuf_bytes: 87_040,
    drops: 0,
    community_id: null,
    geo_city: null,
    asn: null,
    as_org: null,
    mptcp_token: null,
    mptcp_role: null,
    mptcp_subflows: null,
    mptcp_rx_bytes: null,
    mptcp_tx_bytes: null,
    mptcp_backup: null,
    mptcp_local_id: null,
    mptcp_remote_id: null,
    mptcp_flags: null,
  });
});

test('of a socket without an owner, a user or a first sight, those are unknown', () => {
  const socket = socketOf({ uid: null });
  const nobody: Ownership = { processes: [], attribution: 'none kernel' };
  const row = connRow(socket, { ...readingOf([socket]), userOf: () => 'somebody' }, noName, {
    ...SEEN,
    owner: nobody,
    firstSeen: null,
  });
  const { pid, process, cmdline, user, pids, exe, first_seen, age_s, attribution, service } = row;
  expect([pid, process, cmdline, user, exe, first_seen, age_s, service]).toEqual(new Array(8).fill(null));
  expect([pids, attribution]).toEqual([[], 'none kernel']);
});

test('the list of pids is made once for an owner', () => {
  const socket = socketOf();
  const pidsOf = (owner: Ownership) => connRow(socket, readingOf([socket]), noName, { ...SEEN, owner }).pids;
  expect(pidsOf(OWNER)).toBe(pidsOf(OWNER));
  expect(pidsOf({ processes: [SH], attribution: 'proc_fd exact' })).toEqual(['778']);
});

test.each<[number, number | null, string | null]>([
  [443, 50_000, 'https'],
  [50_000, 443, 'https'],
  [443, 80, 'http'],
  [80, 443, 'http'],
  [22, 443, 'https'],
  [443, 22, 'https'],
  [443, 443, 'https'],
  [22, 50_000, null],
  [443, null, 'https'],
  [22, null, null],
])('the service of ports %j and %j', (local_port, remote_port, expected) => {
  const names: Readonly<Record<string, string>> = { 'tcp 443': 'https', 'tcp 80': 'http' };
  const socket = socketOf({ local_port, remote_port });
  expect(connRow(socket, readingOf([socket]), (proto, port) => names[`${proto} ${port}`] ?? null, SEEN).service).toBe(
    expected,
  );
});
