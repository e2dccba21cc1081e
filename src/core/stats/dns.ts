import { type DnsQueryRow, dnsQuery } from '../record/tables/dns-query.ts';
import { dns, llmnr, mdns } from '../wire/app/dns/dns.ts';
import { DnsParts } from '../wire/app/dns/dns-parts.ts';
import type { Message, Packet } from '../wire/packet.ts';
import { AwaitedRows, DROPPED, HeldBytes, PATIENCE_SECONDS } from './awaited-rows.ts';
import { DnsKey } from './dns-key.ts';
import { compileDnsLine } from './dns-line.ts';
import { PendingQueries } from './dns-pending.ts';
import { DnsRowBlock, sizeOfRow, TRANSPORTS } from './dns-row-block.ts';
import { messageStatistic } from './message-statistic.ts';
import type { OpenStatistic, StatisticOptions } from './statistic.ts';
import { lineFor } from './written-rows.ts';

/**
 * A query sent again sooner than this is the same one, and its answer is told of the first, as in Wireshark; later it is
 * one of its own.
 */
const SAME_QUERY_SECONDS = 5;
/** In the class of a question of Multicast DNS, the highest bit asks for an answer to itself alone (RFC 6762, 5.4). */
const WHOLE_CLASS = 0xffff;
const MDNS_CLASS = 0x7fff;

const UDP = TRANSPORTS.indexOf('udp');
const TCP = TRANSPORTS.indexOf('tcp');
const MDNS = TRANSPORTS.indexOf('mdns');
const LLMNR = TRANSPORTS.indexOf('llmnr');

/** Queries and their answers, paired by who asked, whom, how, and the number, name, type and class of the question. */
export function openDns({ held = new HeldBytes(), communityIds = true, lineOf }: StatisticOptions): OpenStatistic {
  const line = lineFor({ lineOf }, dnsQuery, compileDnsLine);
  const pending = new PendingQueries();
  const rows = new AwaitedRows<DnsQueryRow, DnsRowBlock>(held, (before) => new DnsRowBlock(before));
  const parts = new DnsParts();
  const key = new DnsKey();

  /** Adds a row of the message in `key` and `parts`; returns its number, or DROPPED. */
  const add = (packet: Packet, flow: number): number => {
    const row = rows.add(packet, false, sizeOfRow(key, parts));
    if (row !== DROPPED) rows.blockOf(row).set(rows.indexOf(row), packet, key, parts, flow);
    return row;
  };

  /** Whether the query took the answer: not one that is missing for too long, or was given away without it. */
  const answer = (entry: number, packet: Packet): boolean => {
    const row = waitNoLonger(entry);
    if (rows.isGone(row)) return row === DROPPED;
    const nanoseconds = rows.nanosecondsSince(row, packet);
    if (nanoseconds > PATIENCE_SECONDS * 1e9) return false;
    rows.grow(row, rows.blockOf(row).answer(rows.indexOf(row), parts, nanoseconds));
    return true;
  };

  /** Takes out a query, for which its row waits no longer; returns the row. */
  const waitNoLonger = (entry: number): number => {
    const row = pending.remove(entry);
    if (!rows.isGone(row)) rows.setWaits(row, false);
    return row;
  };

  /** Whichever way the clock went; what has no time comes soon. */
  const isSoonAfter = (row: number, packet: Packet): boolean =>
    !(Math.abs(rows.nanosecondsSince(row, packet)) > SAME_QUERY_SECONDS * 1e9);

  const take = (packet: Packet, message: Message): void => {
    if (!parts.read(message.bytes, message.start, message.end)) return;
    const { isResponse } = parts;
    const transport = transportOf(message.protocol, packet.transport);
    // a segment may have waited, and been read with one of the other side
    const isFromClient = isResponse === (message.direction !== packet.direction);
    key.set(packet, isFromClient, transport, parts, transport === MDNS ? MDNS_CLASS : WHOLE_CLASS);
    const flow = communityIds && message.flow !== null && packet.ipVersion !== 0 ? message.flow.transport : 0;
    if (isResponse) {
      while (parts.nextAnswer());
      const query = pending.findAsked(key);
      if (query !== 0 && answer(query, packet)) return;
      add(packet, flow);
    } else takeQuery(packet, flow);
    while (parts.nextQuestion()) add(packet, flow);
  };

  const takeQuery = (packet: Packet, flow: number): void => {
    const same = pending.find(key);
    const before = same === 0 ? DROPPED : pending.rowOf(same);
    const isRepeated = !rows.isGone(before) && isSoonAfter(before, packet);
    if (same !== 0 && !isRepeated) waitNoLonger(same);
    const row = add(packet, flow);
    if (isRepeated) return;
    if (pending.isFull) waitNoLonger(pending.oldest);
    pending.add(key, row);
    if (row !== DROPPED) rows.setWaits(row, true);
  };

  const ingest = (packet: Packet): void => {
    for (let index = 0; index < packet.messageCount; index++) {
      const message = packet.messages[index]!;
      const { protocol } = message;
      if (protocol === dns.id || protocol === mdns.id || protocol === llmnr.id) take(packet, message);
    }
  };
  return messageStatistic(dnsQuery, rows, line, ingest);
}

function transportOf(protocol: number, transport: number): number {
  if (protocol === mdns.id) return MDNS;
  if (protocol === llmnr.id) return LLMNR;
  return transport === 6 ? TCP : UDP;
}
