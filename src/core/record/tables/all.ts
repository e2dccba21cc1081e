import type { RecordTable } from '../table.ts';
import { conn } from './conn.ts';
import { connEvent } from './conn-event.ts';
import { connSummary } from './conn-summary.ts';
import { iface } from './iface.ts';
import { check, coverage, fieldRecord, gap } from './meta.ts';
import { dnsServer, host, neighbor, route } from './network-config.ts';
import { packet } from './packet.ts';
import { segment } from './segment.ts';
import { stream } from './stream.ts';

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
  packet,
  stream,
  segment,
  check,
  fieldRecord,
  gap,
];
