import type { AnyRow, RecordTable } from '../../../src/core/record/table.ts';
import { TABLES } from '../../../src/core/record/tables/all.ts';

/** Those of `netwatch probe` for a single round. */
const ROUND_COLUMNS = ['target', 'state', 'loss_pct', 'rtt_min_ms', 'rtt_avg_ms', 'rtt_max_ms', 'detail'];

/** Rows as they are on real machines, for tables that are compared whole. */
export interface ShownRows {
  readonly name: string;
  readonly table: RecordTable;
  readonly repeating: boolean;
  readonly rows: readonly AnyRow[];
  /** Null for those that a table shows. */
  readonly fields: readonly string[] | null;
}

const NOTHING: Readonly<Record<string, unknown>> = { list: [] };

/** The row with null, or an empty list, for fields that are not given. */
const row = (table: RecordTable, given: AnyRow): AnyRow => ({
  ...Object.fromEntries(Object.entries(table.fields).map(([name, { kind }]) => [name, NOTHING[kind] ?? null])),
  ...given,
});

const shown = (
  name: string,
  table: RecordTable,
  given: readonly AnyRow[],
  repeating = false,
  fields: ShownRows['fields'] = null,
): ShownRows => ({
  name,
  table,
  repeating,
  fields,
  rows: given.map((one) => row(table, one)),
});

const V6 = '2001:db8:85a3:1111:2222:8a2e:370:7334';
const V6_NEAR = '2001:db8:85a3:1111:2222:8a2e:371:7334';
const V6_PEER = '2001:db8:4860:4860:aaaa:bbbb:cccc:8888';
const V6_PEER_NEAR = '2001:db8:4860:4860:aaaa:bbbb:cccc:8844';

const socket = {
  proto: 'tcp',
  state: 'ESTABLISHED',
  pid: 48211,
  process: 'firefox-esr',
  user: 'anna',
  remote_port: 443,
};
const CONNS_V4 = [
  {
    ...socket,
    local_addr: '192.168.178.101',
    local_port: 51842,
    remote_addr: '104.244.143.188',
    rtt_ms: 18.4,
    rx_bytes: 1_234_567,
    tx_bytes: 89_012,
    rx_rate: 1_230_000,
    tx_rate: 45_600,
  },
  {
    ...socket,
    local_addr: '192.168.178.101',
    local_port: 51844,
    remote_addr: '104.244.143.189',
    rtt_ms: 21.7,
    rx_bytes: 4_321,
    tx_bytes: 999,
    rx_rate: 0,
    tx_rate: 0,
  },
  { proto: 'tcp', state: 'LISTEN', local_addr: '0.0.0.0', local_port: 22, pid: 812, process: 'sshd', user: 'root' },
  {
    proto: 'udp',
    state: 'UNCONN',
    local_addr: '127.0.0.53',
    local_port: 53,
    pid: 611,
    process: 'systemd-resolve',
    user: 'systemd-resolve',
  },
];
const CONNS_V6 = [
  {
    ...socket,
    local_addr: V6,
    local_port: 51842,
    remote_addr: V6_PEER,
    rtt_ms: 18.4,
    rx_rate: 1_230_000,
    tx_rate: 45_600,
  },
  {
    ...socket,
    local_addr: V6_NEAR,
    local_port: 51842,
    remote_addr: V6_PEER_NEAR,
    rtt_ms: 1234,
    rx_rate: 0,
    tx_rate: 0,
  },
  { proto: 'tcp', state: 'LISTEN', local_addr: '::', local_port: 22, pid: 812, process: 'sshd', user: 'root' },
];
const pair = {
  proto: 'tcp',
  a_port: 51842,
  b_port: 443,
  packets: 1234,
  a_packets: 600,
  b_packets: 634,
  a_bytes: 45_678,
  b_bytes: 1_234_567,
  bytes: 1_280_245,
  duration_s: 123.456,
  app: 'tls',
  state: 'ESTABLISHED',
  handshake_ms: 18.4,
  server_name: 'www.example.org',
};
const PAIRS_V4 = [
  { ...pair, stream: 0, a_addr: '192.168.178.101', b_addr: '104.244.143.188' },
  { ...pair, stream: 1, a_addr: '192.168.178.101', a_port: 51844, b_addr: '104.244.143.189', duration_s: 0.42 },
  {
    ...pair,
    stream: 0,
    proto: 'udp',
    a_addr: '192.168.178.101',
    a_port: 40053,
    b_addr: '192.168.178.1',
    b_port: 53,
    app: 'dns',
    state: null,
    handshake_ms: null,
    server_name: null,
  },
];
const PAIRS_V6 = [
  { ...pair, stream: 0, a_addr: V6, b_addr: V6_PEER },
  { ...pair, stream: 1, a_addr: V6_NEAR, b_addr: V6_PEER_NEAR },
];
const query = {
  time: '2026-03-01T09:15:02.123456Z',
  client: '192.168.178.101',
  server: '192.168.178.1',
  transport: 'udp',
  qtype: 'AAAA',
  rcode: 'NOERROR',
  answers: ['2606:2800:220:1:248:1893:25c8:1946', '2606:2800:220:1:248:1893:25c8:1947'],
  latency_ms: 18.4,
  packet: 17,
};
const QUERIES = [
  { ...query, name: 'www.example.org' },
  {
    ...query,
    time: '2026-03-01T09:15:02.623456Z',
    name: 'a1.very-long-name-of-a-host.cdn.example.net',
    rcode: 'NXDOMAIN',
    answers: [],
    packet: 19,
  },
  {
    ...query,
    time: '2026-03-01T09:15:03.000001Z',
    name: 'a1.very-long-name-of-a-host.cdn.example.org',
    rcode: null,
    answers: [],
    latency_ms: null,
    packet: 23,
  },
];
const QUERIES_V6 = QUERIES.map((one) => ({ ...one, client: V6, server: V6_PEER }));
const request = {
  time: '2026-03-01T09:15:02.123456Z',
  stream: 3,
  client_addr: '192.168.178.101',
  client_port: 51842,
  server_addr: '104.244.143.188',
  server_port: 80,
  method: 'GET',
  host: 'www.example.org',
  uri: '/images/logo-large.png?size=1',
  status: 200,
  response_bytes: 45_678,
  latency_ms: 84.2,
  app: 'http',
};
const REQUESTS_OF_TWO_DAYS = [
  { ...request, client_addr: '10.0.0.5', server_addr: '10.0.0.1' },
  {
    ...request,
    client_addr: '10.0.0.5',
    server_addr: '10.0.0.1',
    time: '2026-03-02T00:00:01.25Z',
    latency_ms: 123_456,
  },
];
const REQUESTS = [
  request,
  { ...request, time: '2026-03-01T09:15:04.5Z', uri: '/images/logo-large.png?size=2', status: 404, latency_ms: 1502 },
  {
    ...request,
    time: '2026-03-01T09:15:09.25Z',
    server_addr: '239.255.255.250',
    server_port: 1900,
    method: 'M-SEARCH',
    uri: '*',
    host: '239.255.255.250:1900',
    status: null,
    response_bytes: null,
    latency_ms: null,
    app: 'ssdp',
  },
];
const session = {
  time: '2026-03-01T09:15:02.123456Z',
  stream: 3,
  client_addr: '192.168.178.101',
  client_port: 51842,
  server_addr: '104.244.143.188',
  server_port: 443,
  server_name: 'www.example.org',
  alpn: 'h2',
  version: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  ja4: 't13d1516h2_8daaf6152771_b0da82dd1658',
  transport: 'tcp',
};
const SESSIONS = [
  session,
  {
    ...session,
    stream: 4,
    server_addr: '104.244.143.189',
    server_name: 'static.assets.long-name.example.org',
    version: null,
    alpn: null,
    cipher: null,
  },
];
const route = { family: 'ipv4', metric: 100, proto: 'dhcp', scope: 'global', table: 'main', kind: 'unicast' };
const link = { mtu: 1500, rx_errors: 0, tx_errors: 0, rx_dropped: 12, tx_dropped: 0, state: 'up' };
const LINKS = [
  {
    ...link,
    name: 'lo',
    kind: 'loopback',
    state: 'unknown',
    ipv4: ['127.0.0.1/8'],
    ipv6: ['::1/128'],
    mac: '00:00:00:00:00:00',
    mtu: 65536,
    rx_bytes: 2_340_000_000,
    tx_bytes: 2_340_000_000,
    rx_rate: 0,
    tx_rate: 0,
    rx_packet_rate: 0,
    tx_packet_rate: 0,
  },
  {
    ...link,
    name: 'enp0s31f6',
    kind: 'ethernet',
    ipv4: ['192.168.178.101/24', '192.168.178.102/24'],
    ipv6: ['2001:db8:85a3:1111:2222:8a2e:370:7334/64', 'fe80::1c2d:3eff:fe4f:5061/64'],
    mac: '02:fc:00:01:02:03',
    speed_mbps: 1000,
    rx_bytes: 12_400_000_000,
    tx_bytes: 987_000_000,
    rx_rate: 1_230_000,
    tx_rate: 45_600,
    rx_packet_rate: 1020,
    tx_packet_rate: 340,
  },
];
const round = {
  kind: 'tcp',
  sent: 3,
  received: 3,
  loss_pct: 0,
  rtt_min_ms: 9.87,
  rtt_avg_ms: 10.4,
  rtt_max_ms: 12.1,
  rtt_stddev_ms: 1.1,
  jitter_ms: 0.9,
  state: 'up',
};

const WHOSE = [
  {
    query: '198.51.100.77',
    kind: 'addr',
    scope: 'global',
    prefix: '198.51.100.0/22',
    name: 'EXAMPLE-NET-3',
    org: 'Example Networks and Telecommunications Ltd.',
    country: 'NL',
    asn: 64500,
    as_org: 'EXAMPLE-AS Example Networks',
    abuse_email: 'abuse@networks.example.net',
    registry: 'ripe',
    geo_country: 'DE',
    geo_city: 'Frankfurt am Main',
  },
  { query: '10.12.0.7', kind: 'addr', scope: 'private', prefix: '10.0.0.0/8', name: 'Private-Use' },
  { query: '00:00:5e:00:53:01', kind: 'mac', org: 'ICANN, IANA Department' },
];

/** At least one for every command that prints tables, and one for every value of `stats --by`. */
export const SHOWN: readonly ShownRows[] = [
  shown('conns', TABLES.conn, CONNS_V4),
  shown('conns, IPv6', TABLES.conn, CONNS_V6),
  shown('conns --interval', TABLES.conn, CONNS_V4, true),
  shown('conns --interval, IPv6', TABLES.conn, CONNS_V6, true),
  shown(
    'conns --events',
    TABLES.conn_event,
    CONNS_V4.map((one) => ({ event: 'opened', ...one })),
    true,
  ),
  shown(
    'conns --summary',
    TABLES.conn_summary,
    [
      {
        by: 'process',
        key: 'firefox-esr',
        conns: 41,
        established: 38,
        listening: 0,
        remotes: 17,
        rx_bytes: 1_234_567,
        tx_bytes: 89_012,
        rx_rate: 1_230_000,
        tx_rate: 45_600,
        rtt_avg_ms: 18.4,
        retrans: 3,
      },
    ],
    true,
  ),
  shown('conns --coverage', TABLES.coverage, [
    {
      sockets: 120,
      attributed: 100,
      unattributed_kernel: 10,
      unattributed_denied: 8,
      unattributed_unseen: 2,
      dropped_by_reader: 0,
    },
  ]),
  shown('ifaces', TABLES.iface, LINKS),
  shown('ifaces --interval', TABLES.iface, LINKS, true),
  shown('ifaces --routes', TABLES.route, [
    { ...route, dst: 'default', gateway: '192.168.178.1', iface: 'enp0s31f6', src: '192.168.178.101' },
    { ...route, dst: '10.99.0.0/16', metric: 0, kind: 'blackhole', proto: 'static' },
    {
      ...route,
      family: 'ipv6',
      dst: '2001:db8:85a3:1111::/64',
      iface: 'enp0s31f6',
      metric: 256,
      proto: 'kernel',
      src: V6,
    },
    {
      ...route,
      family: 'ipv6',
      dst: 'default',
      from: '2001:db8:85a3::/48',
      gateway: 'fe80::1c2d:3eff:fe4f:5061',
      iface: 'enp0s31f6',
      weight: 2,
      flags: ['onlink'],
    },
  ]),
  shown('ifaces --dns', TABLES.dns_server, [
    {
      addr: '192.168.178.1',
      port: 53,
      iface: 'enp0s31f6',
      search: ['fritz.box', 'example.org'],
      source: '/run/systemd/resolve/resolv.conf',
    },
    { addr: V6, port: 53, source: '/run/systemd/resolve/resolv.conf' },
  ]),
  shown('ifaces --neighbors', TABLES.neighbor, [
    { addr: '192.168.178.1', mac: '02:fc:00:01:02:03', iface: 'enp0s31f6', state: 'REACHABLE' },
    { addr: V6, mac: '02:fc:00:01:02:04', iface: 'enp0s31f6', state: 'STALE' },
  ]),
  shown('ifaces --host', TABLES.host, [
    {
      hostname: 'workstation',
      os: 'Debian GNU/Linux 13 (trixie)',
      kernel: '6.12.48+deb13-amd64',
      uptime_s: 443_000,
      gateway: ['192.168.178.1', 'fe80::1'],
      dns: ['192.168.178.1', '2001:db8::53'],
    },
  ]),
  shown(
    'capture -D',
    TABLES.device,
    LINKS.map((one, at) => ({ ...one, is_default: at === 1 })),
  ),
  shown('follow --list', TABLES.stream, PAIRS_V4),
  shown('follow --list, IPv6', TABLES.stream, PAIRS_V6),
  shown('follow --all', TABLES.segment, [
    {
      stream: 3,
      packet: 17,
      dir: 'a',
      offset: 0,
      length: 91,
      data: 'R0VUIC8gSFRUUC8xLjENCkhvc3Q6IHd3dy5leGFtcGxlLm9yZw0KVXNlci1BZ2VudDogY3VybC84LjE0LjENCg==',
    },
  ]),
  shown('stats --by summary', TABLES.capture_summary, [
    {
      file: '/var/log/captures/monday.pcapng',
      format: 'pcapng',
      packets: 123_456,
      bytes: 98_765_432,
      first: '2026-03-01T09:15:02.123456Z',
      last: '2026-03-02T11:15:02.123456Z',
      duration_s: 93_600,
      tcp_streams: 812,
      udp_streams: 1044,
      link_types: ['ETHERNET'],
      truncated_packets: 0,
      malformed_packets: 2,
    },
  ]),
  shown('stats --by protocols', TABLES.protocol, [
    { path: 'eth', proto: 'eth', packets: 123_456, bytes: 98_765_432, packets_pct: 100, bytes_pct: 100 },
    {
      path: 'eth/ip/udp/gtp/ip/tcp/tls/tcp.segments',
      proto: 'tcp.segments',
      packets: 12_345,
      bytes: 9_876_543,
      packets_pct: 10,
      bytes_pct: 10,
    },
    {
      path: 'eth/ip/udp/gtp/ip/tcp/tls/tcp.segments/tls',
      proto: 'tls',
      packets: 62_000,
      bytes: 1_876_543,
      packets_pct: 50.22,
      bytes_pct: 1.9,
    },
  ]),
  shown('stats --by conversations', TABLES.conversation, PAIRS_V4),
  shown('stats --by conversations, IPv6', TABLES.conversation, PAIRS_V6),
  shown(
    'stats --by endpoints',
    TABLES.endpoint,
    ['192.168.178.101', V6].map((addr) => ({
      addr,
      packets: 12_345,
      bytes: 9_876_543,
      tx_packets: 6000,
      rx_packets: 6345,
      tx_bytes: 876_543,
      rx_bytes: 9_000_000,
    })),
  ),
  shown('stats --by processes', TABLES.process, [
    {
      process: 'firefox-esr',
      pid: 48211,
      packets: 12_345,
      bytes: 9_876_543,
      tx_packets: 6000,
      rx_packets: 6345,
      tx_bytes: 876_543,
      rx_bytes: 9_000_000,
    },
    { packets: 12, bytes: 960 },
  ]),
  shown('stats --by ports', TABLES.port, [
    { proto: 'tcp', port: 443, app: 'tls', streams: 95, packets: 2470, bytes: 901_000 },
  ]),
  shown('stats --by dns', TABLES.dns_query, QUERIES),
  shown('stats --by dns, IPv6', TABLES.dns_query, QUERIES_V6),
  shown('stats --by http', TABLES.http_request, REQUESTS),
  shown('stats --by http, of two days', TABLES.http_request, REQUESTS_OF_TWO_DAYS),
  shown('stats --by tls', TABLES.tls_session, SESSIONS),
  shown(
    'stats --by tls, IPv6',
    TABLES.tls_session,
    SESSIONS.map((one) => ({ ...one, client_addr: V6, server_addr: V6_PEER })),
  ),
  shown('stats --by handshakes', TABLES.handshake, [
    {
      stream: 0,
      client_addr: '192.168.178.101',
      client_port: 51842,
      server_addr: '104.244.143.188',
      server_port: 443,
      syn_synack_ms: 18.4,
      synack_ack_ms: 0.12,
      total_ms: 18.52,
      outcome: 'complete',
    },
    {
      stream: 1,
      client_addr: '192.168.178.101',
      client_port: 51844,
      server_addr: '104.244.143.189',
      server_port: 443,
      outcome: 'unanswered',
    },
    {
      stream: 2,
      client_addr: '192.168.178.101',
      client_port: 51846,
      server_addr: '104.244.143.190',
      server_port: 443,
      syn_synack_ms: 63_000,
      synack_ack_ms: 1500,
      total_ms: 64_500,
      outcome: 'complete',
    },
  ]),
  shown('stats --by handshakes, histogram', TABLES.handshake_histogram, [
    { bucket: '<1ms', count: 0, pct: 0 },
    {
      bucket: '10-50ms',
      count: 21,
      pct: 77.8,
      min_ms: 12.1,
      avg_ms: 18.4,
      median_ms: 17.9,
      p95_ms: 41.2,
      max_ms: 48.8,
    },
    {
      bucket: 'all',
      count: 27,
      pct: 100,
      min_ms: 12.1,
      avg_ms: 18.4,
      median_ms: 17.9,
      p95_ms: 41.2,
      max_ms: 64_500,
      refused: 2,
      unanswered: 1,
      incomplete: 4,
    },
  ]),
  shown('stats --by expert', TABLES.expert, [
    {
      id: 'tcp.analysis.retransmission',
      severity: 'note',
      group: 'sequence',
      summary: 'Segment sent again',
      packets: 197,
      first_packet: 57,
    },
    {
      id: 'tcp.analysis.spurious_retransmission',
      severity: 'note',
      group: 'sequence',
      summary: 'Segment sent again that was already acknowledged',
      packets: 34,
      first_packet: 57,
    },
  ]),
  shown('stats --by packet_lengths', TABLES.packet_length, [
    {
      range: '1280-2559',
      packets: 481,
      packets_pct: 15.5,
      bytes: 722_000,
      avg_bytes: 1501.3,
      min_bytes: 1289,
      max_bytes: 1514,
    },
  ]),
  shown('stats --by time', TABLES.time_bucket, [
    {
      time: '2026-03-01T09:15:02.123456Z',
      rel_s: 0,
      packets: 12_345,
      bytes: 9_876_543,
      packet_rate: 12_345,
      byte_rate: 9_876_543,
      tcp_packets: 12_000,
      udp_packets: 345,
    },
  ]),
  shown(
    'probe',
    TABLES.probe,
    [
      { ...round, target: 'tcp://192.168.178.1:443', addr: '192.168.178.1', detail: 'connected' },
      {
        ...round,
        target: `tcp://[${V6}]:443`,
        addr: V6,
        loss_pct: 100,
        received: 0,
        state: 'down',
        rtt_min_ms: null,
        rtt_avg_ms: null,
        rtt_max_ms: null,
        rtt_stddev_ms: null,
        jitter_ms: null,
        detail: 'connection refused by the host',
      },
    ],
    false,
    ROUND_COLUMNS,
  ),
  shown('probe trace://', TABLES.hop, [
    {
      target: 'trace://example.org',
      hop: 1,
      addr: '192.168.178.1',
      sent: 3,
      loss_pct: 0,
      rtt_min_ms: 0.4,
      rtt_avg_ms: 0.5,
      rtt_max_ms: 0.9,
    },
    {
      target: 'trace://example.org',
      hop: 2,
      addr: V6,
      sent: 3,
      loss_pct: 33.3,
      rtt_min_ms: 8.4,
      rtt_avg_ms: 8.5,
      rtt_max_ms: 8.9,
      error: 'no route to host',
    },
  ]),
  shown('probe --report', TABLES.probe_report, [
    {
      time: '2026-03-01T09:00:00.000Z',
      target: 'https://www.example.org/status',
      kind: 'https',
      rounds: 60,
      availability_pct: 98.3,
      loss_pct: 1.7,
      rtt_avg_ms: 84.2,
      rtt_p95_ms: 140,
      rtt_max_ms: 1502,
      outages: 1,
      outage_s: 61,
      longest_outage_s: 61,
      span: 'hour',
      until: '2026-03-01T10:00:00.000Z',
    },
  ]),
  shown('probe --report --outages', TABLES.probe_outage, [
    {
      time: '2026-03-01T09:12:00.000Z',
      target: 'https://www.example.org/status',
      kind: 'https',
      outage_s: 61,
      until: '2026-03-01T09:13:01.000Z',
      rounds: 1,
      detail: 'connection refused',
    },
  ]),
  shown('config show', TABLES.setting, [
    { name: 'interval', value: '2s', source: 'option', origin: '--interval', commands: ['conns'] },
    {
      ...{ name: 'lang', value: 'de', source: 'file', origin: '/home/anna/.config/netwatch/config.json' },
      ...{ place: 'line 3, column 11', commands: ['conns', 'ifaces', 'capture', 'follow', 'stats', 'probe'] },
    },
    { name: 'color', value: 'auto', source: 'default', commands: ['conns', 'ifaces'] },
  ]),
  shown('fields', TABLES.field, [
    {
      name: 'remote_addr',
      kind: 'address',
      json_type: 'string',
      nullable: 'yes',
      visible: 'always',
      doc: 'Remote address; null without a peer.',
    },
    {
      name: 'rx_rate',
      kind: 'byte_rate',
      json_type: 'number',
      nullable: 'yes',
      visible: 'repeating',
      doc: 'Payload bytes received per second, between two samples.',
    },
  ]),
  shown('insights', TABLES.insight, [
    {
      rule: 'port_scan',
      severity: 'warn',
      confidence: 'high',
      summary: '192.0.2.7 tried 120 ports of 198.51.100.9, of which 118 did not accept a connection',
      advice: 'If the client is not a scanner of your own, find out what runs on it.',
      subject: '192.0.2.7',
      source: 'rules',
    },
    {
      rule: 'interface_errors',
      severity: 'error',
      confidence: 'medium',
      summary: 'eth0 received 1,200 damaged frames of 100,000',
      advice: 'Change the cable.',
      subject: 'eth0',
      source: 'rules',
    },
  ]),
  shown('insights --explain', TABLES.rule, [
    {
      rule: 'port_scan',
      severity: 'warn',
      about: 'a host tries many TCP ports of another',
      reads: ['handshake'],
      thresholds: ['ports=20: Different ports of one host that did not accept a connection.'],
    },
  ]),
  shown('whois', TABLES.whois, WHOSE),
  shown('counters', TABLES.counter, [{ name: 'TcpExtListenOverflows', value: 12 }]),
  shown('export history', TABLES.conn_history, [
    {
      time: '2026-01-02T03:04:05.678Z',
      by: 'remote',
      key: '2001:db8:1000:2000:3000:4000:5000:a',
      opened: 1234,
      closed: 1230,
      rx_bytes: 123_456_789,
      tx_bytes: 2_345_678,
      processes: 2,
      remotes: 1,
      retrans: 17,
      until: '2026-01-05T03:04:05.678Z',
    },
  ]),
  shown('export diff', TABLES.change, [
    {
      what: 'listener',
      change: 'added',
      key: 'tcp [2001:db8:1000:2000::a]:8080',
      after: 'caddy',
      process: 'caddy',
      pid: 812,
      proto: 'tcp',
      addr: '2001:db8:1000:2000::a',
      port: 8080,
    },
    { what: 'remote', change: 'removed', key: 'firefox-bin tcp 203.0.113.11:443', process: 'firefox-bin' },
    { what: 'iface_fact', change: 'changed', key: 'wg0', field: 'mtu', before: '1420', after: '1280' },
    { what: 'counter', change: 'reset', key: 'eth0', field: 'rx_dropped', before: '812', after: '3', delta: 3 },
  ]),
  shown('doctor', TABLES.check, [
    {
      name: 'capture',
      status: 'missing',
      detail: 'raw sockets may not be opened',
      remedy: 'sudo setcap cap_net_raw+ep /usr/bin/node',
    },
  ]),
];
