import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../src/commands/program/registry.ts';
import { schemaOf } from '../../../src/core/record/schema.ts';
import type { RecordTable } from '../../../src/core/record/table.ts';
import { ALL_TABLES, TABLES } from '../../../src/core/record/tables/all.ts';

/** The core fields that scripts rely on, in order; a table may add fields, and may never rename or drop one of these. */
const PROMISED: Record<string, string> = {
  conn:
    'time proto family state local_addr local_port remote_addr remote_port pid process cmdline uid user inode rx_queue tx_queue rx_bytes tx_bytes ' +
    'rx_packets tx_packets rx_rate tx_rate rtt_ms rttvar_ms min_rtt_ms retrans lost cwnd mss iface first_seen age_s remote_host service app server_name ' +
    'geo_country container cgroup netns stream source attribution',
  iface:
    'time name index kind state ipv4 ipv6 mac mtu speed_mbps duplex rx_bytes tx_bytes rx_packets tx_packets rx_errors tx_errors rx_dropped tx_dropped ' +
    'collisions multicast rx_rate tx_rate rx_packet_rate tx_packet_rate',
  route: 'family dst gateway iface metric src scope proto table',
  dns_server: 'addr port iface search source',
  neighbor: 'addr mac iface state',
  packet:
    'number time rel_s iface link length captured src src_port dst dst_port proto layers info stream severity expert pid process',
  stream:
    'stream proto a_addr a_port b_addr b_port packets a_packets b_packets a_bytes b_bytes first last duration_s state handshake_ms syn_synack_ms ' +
    'synack_ack_ms app server_name gaps truncated',
  segment: 'stream packet time dir offset length data',
  host: 'hostname os kernel uptime_s gateway dns',
};

test.each(Object.entries(PROMISED))('%s begins with its promised fields', (type, fields) => {
  const table = ALL_TABLES.find((one) => one.type === type)!;
  const promised = fields.split(' ');
  expect(Object.keys(table.fields).slice(0, promised.length)).toEqual(promised);
});

/** The same of records whose fields stand in an order of their own. */
const PROMISED_ANYWHERE: Record<string, string> = {
  protocol: 'path proto depth packets bytes packets_pct bytes_pct',
  conversation: 'proto a_addr a_port b_addr b_port a_packets b_packets a_bytes b_bytes first last duration_s stream',
  endpoint: 'addr packets tx_packets rx_packets tx_bytes rx_bytes',
  dns_query: 'time client server transport id name qtype rcode answers latency_ms packet',
  http_request:
    'time stream client_addr client_port server_addr server_port method host uri version status reason request_bytes response_bytes latency_ms user_agent',
  tls_session:
    'time stream client_addr client_port server_addr server_port server_name alpn version cipher ja3 ja4 transport',
  handshake: 'stream client_addr client_port server_addr server_port syn_synack_ms synack_ack_ms total_ms',
  handshake_histogram: 'bucket from_ms to_ms count pct',
  expert: 'id severity group summary packets first_packet',
  capture_summary:
    'file format packets bytes first last duration_s tcp_streams udp_streams link_types truncated_packets malformed_packets',
};

test.each(Object.entries(PROMISED_ANYWHERE))('%s has its promised fields', (type, fields) => {
  const table = ALL_TABLES.find((one) => one.type === type)!;
  expect(Object.keys(table.fields)).toEqual(expect.arrayContaining(fields.split(' ')));
});

/**
 * The fields that are never null and no list, as the first version of each record has them. One that is added later must
 * be nullable: records saved before it was there are read again, and of them it is unknown. Add record types, not fields.
 */
const NEVER_NULL: Record<string, string> = {
  conn: 'time proto family state local_addr local_port source attribution',
  conn_event: 'event time proto family state local_addr local_port source attribution',
  conn_summary: 'time by conns established listening remotes',
  conn_history: 'time by opened closed until',
  coverage: 'time sockets attributed unattributed_kernel unattributed_denied unattributed_unseen dropped_by_reader',
  iface: 'time name index kind state',
  route: 'family dst',
  dns_server: 'addr port source',
  neighbor: 'addr iface',
  host: 'hostname os',
  tunnel: 'time iface kind',
  device: 'name kind state is_default',
  packet: 'number link length captured info truncated malformed',
  stream:
    'stream proto a_addr a_port b_addr b_port packets a_packets b_packets a_bytes b_bytes gaps truncated missing_bytes retransmissions',
  segment: 'stream packet dir offset length data proto',
  capture_summary:
    'format packets bytes captured_bytes tcp_streams udp_streams sctp_streams truncated_packets malformed_packets out_of_order_packets',
  protocol: 'path proto depth packets bytes packets_pct bytes_pct',
  conversation: 'proto a_addr a_port b_addr b_port a_packets a_bytes b_packets b_bytes packets bytes stream',
  endpoint: 'addr packets bytes tx_packets rx_packets tx_bytes rx_bytes',
  process: 'packets bytes',
  port: 'proto port streams packets bytes',
  dns_query: 'client server transport id packet',
  http_request: 'client_port server_port',
  tls_session: 'stream client_addr client_port server_addr server_port ja3 ja4 transport packet',
  quic_session:
    'session client_addr client_port server_addr server_port answered paths client_packets client_bytes server_packets server_bytes client_id',
  quic_path:
    'session path change stream client_addr client_port server_addr server_port client_packets client_bytes server_packets server_bytes',
  tunnel_flow: 'kind outer_a_addr outer_b_addr outer_proto packets bytes',
  handshake: 'time stream client_addr client_port server_addr server_port',
  handshake_histogram: 'bucket count pct',
  expert: 'id severity group summary packets first_packet',
  packet_length: 'range from_bytes packets packets_pct bytes',
  time_bucket: 'rel_s span_s packets bytes packet_rate byte_rate tcp_packets udp_packets',
  probe: 'time target kind sent received detail state',
  hop: 'time target hop sent received',
  probe_report:
    'time target kind rounds outages outage_s longest_outage_s known_s degraded_rounds unknown_rounds sent received',
  probe_outage: 'time target kind outage_s rounds',
  insight: 'rule severity confidence summary advice source',
  rule: 'rule severity about explanation advice',
  counter: 'name value',
  snapshot: 'time version netwatch of',
  change: 'time what change key since',
  limit: 'what why',
  check: 'name status detail',
  setting: 'name source',
  whois: 'query kind rdap truncated',
  field: 'record name kind json_type nullable visible heading doc',
  gap: 'time reason',
};

test('every record type is known by its name', () => {
  for (const [name, { type }] of Object.entries(TABLES)) expect(name).toBe(type);
});

test.each(ALL_TABLES)('a field that was added to $type later may be null', ({ type, version, fields }) => {
  expect(version).toBe(1);
  const names = Object.keys(fields).filter((name) => !fields[name]!.nullable && fields[name]!.kind !== 'list');
  expect(names.join(' ')).toBe(NEVER_NULL[type]);
});

test('record types are named once', () => {
  const types = ALL_TABLES.map((table) => table.type);
  expect(new Set(types).size).toBe(types.length);
});

describe.each(ALL_TABLES.map((table) => [table.type, table] as const))('%s', (_type, table) => {
  test('fields are snake_case and none is called type', () => {
    for (const name of Object.keys(table.fields)) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(name).not.toBe('type');
    }
  });

  test('every field says in one sentence what it means', () => {
    for (const [name, field] of Object.entries(table.fields))
      expect(field.doc, name).toMatch(/^[^\n]{3,200}[.]$|^[^\n]{3,200}\.\.\.$/);
  });

  test('the unit is in the name', () => {
    for (const [name, field] of Object.entries(table.fields)) {
      if (field.kind === 'millis') expect(name).toMatch(/_ms$/);
      if (field.kind === 'seconds') expect(name).toMatch(/_s$/);
      if (field.kind === 'byte_rate' || field.kind === 'packet_rate') expect(name).toMatch(/_rate$/);
    }
  });

  test('aliases name fields that exist', () => {
    for (const fields of Object.values(table.aliases))
      for (const name of fields) expect(Object.keys(table.fields)).toContain(name);
  });

  test('something is visible by default, and headings are distinct', () => {
    const headings = Object.entries(table.fields)
      .filter(([, field]) => field.shown !== 'never')
      .map(([name, field]) => field.heading ?? name.toUpperCase());
    expect(headings.length).toBeGreaterThan(0);
    expect(new Set(headings).size).toBe(headings.length);
  });

  test('the schema requires every field and allows null just where it may be unknown', () => {
    const schema = schemaOf(table) as { required: string[]; properties: Record<string, { type?: unknown }> };
    expect(schema.required).toEqual(['type', ...Object.keys(table.fields), ...Object.keys(table.parts ?? {})]);
    for (const [name, field] of Object.entries(table.fields)) {
      expect(Array.isArray(schema.properties[name]!.type), name).toBe(field.nullable);
    }
  });
});

test('every record type that has a file is among them', async () => {
  const folder = path.join(import.meta.dirname, '../../../src/core/record/tables');
  const files = fs.readdirSync(folder).filter((name) => name !== 'all.ts');
  const modules = await Promise.all(
    files.map((name) => import(pathToFileURL(path.join(folder, name)).href) as Promise<Record<string, unknown>>),
  );
  const written = modules.flatMap((one) => Object.values(one)).filter(isTable);
  expect(written.map(({ type }) => type).sort()).toEqual(ALL_TABLES.map(({ type }) => type).sort());
});

function isTable(value: unknown): value is RecordTable {
  return typeof value === 'object' && value !== null && 'type' in value && 'fields' in value;
}

test('every record type that a command prints is among them', () => {
  const printed = COMMANDS.flatMap((command) => (command.kind === 'listing' ? command.tables : []));
  expect(ALL_TABLES).toEqual(expect.arrayContaining(printed));
});
