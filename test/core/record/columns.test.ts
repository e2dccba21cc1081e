import { expect, test } from 'vitest';
import type { Tone } from '../../../src/core/record/field.ts';
import { ALL_TABLES } from '../../../src/core/record/tables/all.ts';

/**
 * What tables show where nobody names fields: each with its priority, which decides what is hidden first where not all
 * fit, and the fewest columns it is of use in. A star: only where the command repeats.
 */
const COLUMNS: Readonly<Record<string, string>> = {
  conn: 'proto 6, state 4, local_addr 1, local_port 3, remote_addr 1, remote_port 1, pid 5, process 2/8, user 8, rx_bytes 7, tx_bytes 7, rx_rate* 1, tx_rate* 1, rtt_ms 1',
  conn_event:
    'event 1, proto 6, state 2, local_addr 1, local_port 3, remote_addr 1, remote_port 1, pid 5, process 2/8, user 8, rx_bytes 7, tx_bytes 7, rx_rate* 4, tx_rate* 4, rtt_ms 1',
  conn_summary:
    'by 5, key 1, conns 1, established 2, listening 2, remotes 3, rx_bytes 3, tx_bytes 3, rx_rate* 1, tx_rate* 1, rtt_avg_ms 1, retrans 4, share_pct 2',
  conn_history: 'time 2, key 1, opened 1, closed 1, rx_bytes 1, tx_bytes 1, processes 3, remotes 3, retrans 4, until 2',
  coverage:
    'sockets 1, attributed 1, unattributed_kernel 2, unattributed_denied 2, unattributed_unseen 2, interface_bytes 3, attributed_bytes 3, unattributed_bytes 3, unaccounted_bytes 3, dropped_by_reader 4',
  iface:
    'name 1/Infinity, kind 4, state 1, ipv4 1/22, ipv6 3/22, mac 7/Infinity, mtu 7, speed_mbps 7, rx_bytes 2, tx_bytes 2, rx_errors 6, tx_errors 6, rx_dropped 6, tx_dropped 6, rx_rate* 1, tx_rate* 1, rx_packet_rate* 5, tx_packet_rate* 5',
  route:
    'family 6, dst 1, gateway 1, iface 1, metric 2, src 2, scope 5, proto 4, table 5, kind 3, from 5, weight 6, flags 6',
  dns_server: 'addr 1, port 4, iface 2, search 2, source 3',
  neighbor: 'addr 1, mac 1/Infinity, iface 2, state 1',
  tunnel:
    'iface 1/Infinity, kind 3, state 1, peer 2, pid 5, process 2/8, proto 5, remote_addr 1, remote_port 3, outer_iface 3, inner 3/22, rx_bytes 3, tx_bytes 3, handshake_age_s 4, up_since 4, reconnects 2',
  host: 'hostname 1, os 2, kernel 4, uptime_s 3, gateway 1, dns 1',
  device: 'name 1/Infinity, kind 3, state 2, ipv4 1/22, ipv6 2/22, is_default 1',
  packet: 'number 1, rel_s 1, length 3, src 1, dst 1, proto 1, info 1',
  stream:
    'stream 1, proto 1, a_addr 1, a_port 1, b_addr 1, b_port 1, packets 5, a_bytes 2, b_bytes 2, duration_s 5, state 4, handshake_ms 6, app 3, server_name 4',
  segment: 'stream 3, packet 2, dir 1, offset 1, length 1, data 2',
  capture_summary:
    'file 1, format 3, packets 1, bytes 1, first 1, last 3, duration_s 1, tcp_streams 2, udp_streams 2, link_types 3, truncated_packets 4, malformed_packets 4',
  protocol: 'path 1, proto 3, packets 1, bytes 2, packets_pct 1 bar, bytes_pct 3',
  conversation:
    'proto 3, a_addr 1, a_port 1, b_addr 1, b_port 1, a_packets 3, a_bytes 1, b_packets 3, b_bytes 1, duration_s 4, stream 5, app 2',
  endpoint: 'addr 1, packets 1, bytes 1, tx_packets 3, rx_packets 3, tx_bytes 2, rx_bytes 2',
  process: 'process 1, pid 1, packets 1, bytes 1, tx_packets 3, rx_packets 3, tx_bytes 2, rx_bytes 2',
  port: 'proto 1, port 1, app 2, streams 2, packets 1, bytes 1',
  dns_query: 'time 1, client 1, server 1, transport 5, name 1, qtype 2, rcode 1, answers 3, latency_ms 1, packet 6',
  http_request:
    'time 1, stream 5, client_addr 1, server_addr 1, server_port 4, method 1, host 2, uri 1, status 1, response_bytes 3, latency_ms 1, app 6',
  tls_session:
    'time 1, stream 7, client_addr 1, server_addr 1, server_port 5, server_name 1, alpn 2, version 1, cipher 3, ja4 4/Infinity, transport 6',
  tunnel_flow:
    'kind 1, outer_a_addr 1, outer_b_addr 1, outer_proto 4, outer_port 4, inner_proto 2, inner_a_addr 1, inner_a_port 3, inner_b_addr 1, inner_b_port 2, inner_stream 5, packets 2, bytes 1',
  quic_session:
    'session 2, client_addr 1, client_port 4, server_addr 1, server_port 4, server_name 1, versions 3, answered 5, paths 1, client_bytes 2, server_bytes 2, first 4, duration_s 3',
  quic_path:
    'session 1, path 1, change 1, stream 2, client_addr 1, client_port 2, server_addr 1, server_port 3, client_bytes 2, server_bytes 2, share_pct 1 bar, first 3',
  handshake:
    'stream 6, client_addr 1, client_port 5, server_addr 1, server_port 4, syn_synack_ms 2, synack_ack_ms 2, total_ms 1, outcome 1',
  handshake_histogram:
    'bucket 1, count 1, pct 1 bar, min_ms 3, avg_ms 3, median_ms 1, p95_ms 1, max_ms 3, refused 2, unanswered 2, incomplete 4',
  expert: 'id 1/26, severity 1, group 4, summary 1/30, packets 1, first_packet 2',
  packet_length: 'range 1, packets 1, packets_pct 1, bytes 2, avg_bytes 2, min_bytes 3, max_bytes 3',
  time_bucket: 'time 1, rel_s 2, packets 1, bytes 1, packet_rate 1, byte_rate 1, tcp_packets 3, udp_packets 3',
  probe:
    'target 1, kind 4, addr 2, sent 5, received 5, loss_pct 1, rtt_min_ms 3, rtt_avg_ms 1, rtt_max_ms 3, rtt_stddev_ms 6, jitter_ms 6, detail 2, state 1',
  hop: 'target 3, hop 1, addr 1, sent 4, loss_pct 1, rtt_min_ms 2, rtt_avg_ms 1, rtt_max_ms 2, error 2',
  probe_report:
    'time 1, target 1, kind 5, rounds 4, availability_pct 1, loss_pct 1, rtt_avg_ms 1, rtt_p95_ms 3, rtt_max_ms 3, outages 2, outage_s 2, longest_outage_s 4, span 4, host 5',
  probe_outage: 'time 1, target 1, kind 5, outage_s 1, until 2, rounds 4, detail 2, host 5',
  insight: 'rule 1, severity 1, confidence 4, summary 1/40, advice 2/30',
  rule: 'rule 1, severity 1, about 1/30, reads 3, thresholds 2/40',
  counter: 'name 1, value 1',
  snapshot: 'time 1, version 3, of 2',
  change: 'what 1, change 1, key 1/30, field 1, before 1/16, after 1/16, delta 3, process 2',
  limit: 'what 1, why 1, remedy 1',
  check: 'name 1, status 1, detail 1, remedy 1',
  setting: 'name 1, value 1, source 2, origin 2, place 4, commands 3',
  whois:
    'query 1, scope 1, prefix 2, name 3, org 1, country 2, asn 2, as_org 4, abuse_email 3, registry 4, geo_country 3, geo_city 4',
  field: 'name 1/Infinity, kind 1, json_type 4, nullable 2, visible 3, doc 1/40',
  gap: 'dropped 1, reason 1',
};

test.each(ALL_TABLES)('columns of $type', ({ type, fields }) => {
  const shown = Object.entries(fields)
    .filter(([, field]) => field.shown !== 'never')
    .map(([name, { shown, priority, least, bar }]) => {
      const star = shown === 'repeating' ? '*' : '';
      return `${name}${star} ${priority}${least === null ? '' : `/${least}`}${bar ? ' bar' : ''}`;
    });
  expect(shown.join(', ')).toBe(COLUMNS[type]);
});

const TONES: Readonly<Record<string, Readonly<Record<string, Tone | null>>>> = {
  'conn.state': {
    ESTABLISHED: 'good',
    SYN_SENT: 'busy',
    SYN_RECV: 'busy',
    FIN_WAIT1: 'bad',
    TIME_WAIT: 'bad',
    CLOSE: null,
    LISTEN: 'notice',
    UNCONN: null,
    CLOSING: 'bad',
    CLOSE_WAIT: 'bad',
  },
  'iface.state': { up: 'good', down: 'bad', unknown: null, testing: 'bad' },
  'packet.severity': { error: 'bad', warn: 'notice', note: null, chat: 'faint' },
  'expert.severity': { error: 'bad', warn: 'notice', note: 'busy', chat: 'faint' },
  'insight.severity': { error: 'bad', warn: 'notice', note: 'faint' },
  'rule.severity': { error: 'bad', warn: 'notice', note: 'faint' },
  'stream.state': { SYN_SENT: 'busy', ESTABLISHED: 'good', CLOSING: null, CLOSED: null, RESET: 'bad' },
  'handshake.outcome': { complete: 'good', refused: 'bad', unanswered: 'bad', incomplete: 'busy' },
  'probe.state': { up: 'good', degraded: 'notice', down: 'bad', unknown: 'faint' },
  'check.status': { ok: 'good', limited: 'notice', missing: 'bad' },
  'dns_query.rcode': { NOERROR: null, NXDOMAIN: 'bad' },
};
const TONES_OF_NUMBERS: Readonly<Record<string, readonly (readonly [number, Tone | null])[]>> = {
  'iface.rx_errors': [
    [0, null],
    [1, 'bad'],
  ],
  'http_request.status': [
    [399, null],
    [400, 'notice'],
    [499, 'notice'],
    [500, 'bad'],
  ],
  'probe_report.availability_pct': [
    [98.99, 'bad'],
    [99, 'notice'],
    [99.99, 'notice'],
    [100, 'good'],
  ],
};

test('each value of a field with colours has the tone that is listed here', () => {
  const told = [
    ...Object.entries(TONES).map(([name, tones]) => [name, Object.entries(tones)] as const),
    ...Object.entries(TONES_OF_NUMBERS),
  ];
  for (const [name, tones] of told) {
    const [type, field] = name.split('.') as [string, string];
    const { tone } = ALL_TABLES.find((table) => table.type === type)!.fields[field]!;
    const values = tones.map(([value]) => value);
    expect([name, ...values.map((value) => [value, tone!(value as never)])]).toEqual([name, ...tones]);
  }
  expect(ALL_TABLES.find(({ type }) => type === 'dns_query')!.fields.rcode!.tone!(null as never)).toBeNull();
});

test('the values of severities, and of no other field, have a rank', () => {
  const ranked = ALL_TABLES.flatMap(({ type, fields }) =>
    Object.entries(fields).flatMap(([name, field]) => (field.ranked ? [`${type}.${name}`] : [])),
  );
  expect(ranked).toEqual([
    'packet.severity',
    'expert.severity',
    'insight.severity',
    'insight.confidence',
    'rule.severity',
  ]);
});
