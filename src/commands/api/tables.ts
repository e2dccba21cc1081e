import { captureSummary } from '../../core/record/tables/capture-summary.ts';
import { conn } from '../../core/record/tables/conn.ts';
import { connEvent } from '../../core/record/tables/conn-event.ts';
import { connSummary } from '../../core/record/tables/conn-summary.ts';
import { conversation } from '../../core/record/tables/conversation.ts';
import { dnsQuery } from '../../core/record/tables/dns-query.ts';
import { endpoint } from '../../core/record/tables/endpoint.ts';
import { expert } from '../../core/record/tables/expert.ts';
import { handshake } from '../../core/record/tables/handshake.ts';
import { hop } from '../../core/record/tables/hop.ts';
import { httpRequest } from '../../core/record/tables/http-request.ts';
import { iface } from '../../core/record/tables/iface.ts';
import { dnsServer, host, neighbor, route } from '../../core/record/tables/network-config.ts';
import { packet } from '../../core/record/tables/packet.ts';
import { packetLengths } from '../../core/record/tables/packet-lengths.ts';
import { portCount } from '../../core/record/tables/port-count.ts';
import { probe } from '../../core/record/tables/probe.ts';
import { processTraffic } from '../../core/record/tables/process-traffic.ts';
import { protocol } from '../../core/record/tables/protocol.ts';
import { segment } from '../../core/record/tables/segment.ts';
import { stream } from '../../core/record/tables/stream.ts';
import { timeBucket } from '../../core/record/tables/time-bucket.ts';
import { tlsSession } from '../../core/record/tables/tls-session.ts';

/** The records that functions of the API yield: names, kinds, units and meaning of their fields. */
export const tables = {
  conn,
  conn_event: connEvent,
  conn_summary: connSummary,
  iface,
  route,
  dns_server: dnsServer,
  neighbor,
  host,
  packet,
  stream,
  segment,
  protocol,
  capture_summary: captureSummary,
  conversation,
  endpoint,
  process_traffic: processTraffic,
  port_count: portCount,
  dns_query: dnsQuery,
  http_request: httpRequest,
  tls_session: tlsSession,
  handshake,
  expert,
  packet_lengths: packetLengths,
  time_bucket: timeBucket,
  probe,
  hop,
} as const;
