import type { RecordTable } from '../table.ts';
import { captureSummary } from './capture-summary.ts';
import { conn } from './conn.ts';
import { connEvent } from './conn-event.ts';
import { connSummary } from './conn-summary.ts';
import { conversation } from './conversation.ts';
import { device } from './device.ts';
import { dnsQuery } from './dns-query.ts';
import { endpoint } from './endpoint.ts';
import { expert } from './expert.ts';
import { handshake, handshakeHistogram } from './handshake.ts';
import { hop } from './hop.ts';
import { httpRequest } from './http-request.ts';
import { iface } from './iface.ts';
import { check, coverage, fieldRecord, gap } from './meta.ts';
import { dnsServer, host, neighbor, route } from './network-config.ts';
import { packet } from './packet.ts';
import { packetLengths } from './packet-lengths.ts';
import { portCount } from './port-count.ts';
import { probe } from './probe.ts';
import { probeReport } from './probe-report.ts';
import { processTraffic } from './process-traffic.ts';
import { protocol } from './protocol.ts';
import { segment } from './segment.ts';
import { stream } from './stream.ts';
import { timeBucket } from './time-bucket.ts';
import { tlsSession } from './tls-session.ts';

/** Every record type there is. A new one is a file beside this and a line here. */
export const ALL_TABLES: readonly RecordTable[] = [
  conn,
  connEvent,
  connSummary,
  coverage,
  iface,
  route,
  dnsServer,
  neighbor,
  host,
  device,
  packet,
  stream,
  segment,
  captureSummary,
  protocol,
  conversation,
  endpoint,
  processTraffic,
  portCount,
  dnsQuery,
  httpRequest,
  tlsSession,
  handshake,
  handshakeHistogram,
  expert,
  packetLengths,
  timeBucket,
  probe,
  hop,
  probeReport,
  check,
  fieldRecord,
  gap,
];
