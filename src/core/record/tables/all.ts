import type { RecordTable } from '../table.ts';
import { captureSummary } from './capture-summary.ts';
import { change } from './change.ts';
import { conn } from './conn.ts';
import { connEvent } from './conn-event.ts';
import { connHistory } from './conn-history.ts';
import { connSummary } from './conn-summary.ts';
import { conversation } from './conversation.ts';
import { counter } from './counter.ts';
import { device } from './device.ts';
import { dnsQuery } from './dns-query.ts';
import { endpoint } from './endpoint.ts';
import { expert } from './expert.ts';
import { handshake, handshakeHistogram } from './handshake.ts';
import { hop } from './hop.ts';
import { httpRequest } from './http-request.ts';
import { iface } from './iface.ts';
import { insight, rule } from './insight.ts';
import { check, coverage, fieldRecord, gap, limit } from './meta.ts';
import { dnsServer, host, neighbor, route } from './network-config.ts';
import { packet } from './packet.ts';
import { packetLengths } from './packet-lengths.ts';
import { portCount } from './port-count.ts';
import { probe } from './probe.ts';
import { probeOutage } from './probe-outage.ts';
import { probeReport } from './probe-report.ts';
import { processTraffic } from './process-traffic.ts';
import { protocol } from './protocol.ts';
import { quicPath, quicSession } from './quic-session.ts';
import { segment } from './segment.ts';
import { setting } from './setting.ts';
import { snapshot } from './snapshot.ts';
import { stream } from './stream.ts';
import { timeBucket } from './time-bucket.ts';
import { tlsSession } from './tls-session.ts';
import { tunnel } from './tunnel.ts';
import { tunnelFlow } from './tunnel-flow.ts';
import { whois } from './whois.ts';

/** Every record type there is, by its name. A new one is a file beside this and a line here. */
export const TABLES = {
  conn,
  conn_event: connEvent,
  conn_summary: connSummary,
  conn_history: connHistory,
  coverage,
  iface,
  route,
  dns_server: dnsServer,
  neighbor,
  host,
  tunnel,
  device,
  packet,
  stream,
  segment,
  capture_summary: captureSummary,
  protocol,
  conversation,
  endpoint,
  process: processTraffic,
  port: portCount,
  dns_query: dnsQuery,
  http_request: httpRequest,
  tls_session: tlsSession,
  quic_session: quicSession,
  quic_path: quicPath,
  tunnel_flow: tunnelFlow,
  handshake,
  handshake_histogram: handshakeHistogram,
  expert,
  packet_length: packetLengths,
  time_bucket: timeBucket,
  probe,
  hop,
  probe_report: probeReport,
  probe_outage: probeOutage,
  insight,
  rule,
  counter,
  snapshot,
  change,
  limit,
  check,
  setting,
  whois,
  field: fieldRecord,
  gap,
} as const satisfies Readonly<Record<string, RecordTable>>;

/** The same as a list, in this order. */
export const ALL_TABLES: readonly RecordTable[] = Object.values(TABLES);
