import { formatTimestamp } from '../capture/timestamp.ts';
import { section } from '../record/table.ts';
import { type DnsQueryRow, dnsQuery } from '../record/tables/dns-query.ts';
import { dns, llmnr, mdns } from '../wire/app/dns.ts';
import { type DnsMessage, dnsRcodeName, dnsTypeName, readDnsMessage } from '../wire/app/dns-message.ts';
import { flowCommunityId } from '../wire/flow-community-id.ts';
import { destinationOf, sourceOf } from '../wire/flow-text.ts';
import type { Message, Packet } from '../wire/packet.ts';
import { type Asked, AwaitedRows, PATIENCE_SECONDS } from './awaited-rows.ts';
import { PendingQueries, type Question } from './dns-pending.ts';
import { lossesOf, type OpenStatistic, type StatisticOptions } from './statistic.ts';

/**
 * A query sent again sooner than this is the same one, and its answer is told of the first, as in Wireshark; later it is
 * one of its own.
 */
const SAME_QUERY_SECONDS = 5;
/** A question of Multicast DNS asks in this bit for an answer to itself alone (RFC 6762, 5.4). */
const UNICAST_RESPONSE = 0x8000;

/** What a record takes beside the texts of messages. */
const ROW_BYTES = 400;

/** Queries and their answers, paired by who asked, whom, how, and the number, name, type and class of the question. */
export function openDns({ held, communityIds = true }: StatisticOptions): OpenStatistic {
  const rows = new AwaitedRows<DnsQueryRow>(held);
  const pending = new PendingQueries();

  /** Whether the query took the answer: not one that is missing for too long, or was given away without it. */
  const answer = (query: Asked<DnsQueryRow>, read: DnsMessage, packet: Packet): boolean => {
    query.waits = false;
    if (query.isDropped) return true;
    const nanoseconds = nanosecondsSince(query, packet);
    if (query.isGone || nanoseconds > PATIENCE_SECONDS * 1e9) return false;
    const { row } = query;
    const size = sizeOf(row);
    // the query may have been cut short, and its answer not
    row.name ??= read.name;
    row.qtype ??= typeNameOf(read.type);
    row.rcode = dnsRcodeName(read.rcode);
    row.answers = valuesOf(read);
    row.latency_ms = nanoseconds >= 0 ? nanoseconds / 1e6 : null;
    rows.answer(query, sizeOf(row) - size);
    return true;
  };

  const take = (packet: Packet, message: Message): void => {
    const read = readDnsMessage(message.bytes, message.start, message.end);
    if (read === null) return;
    const transport = transportOf(message.protocol, packet.transport);
    // a segment may have waited, and been read with one of the other side
    const fromClient = read.response === (message.direction !== packet.direction);
    const source = sourceOf(packet) ?? '';
    const target = destinationOf(packet) ?? '';
    const client = fromClient ? source : target;
    const server = fromClient ? target : source;
    const port = fromClient ? packet.srcPort : packet.dstPort;
    const conversation = `${transport} ${client} ${port} ${server} ${read.id}`;
    const question = transport === 'mdns' ? withoutFlag(read) : read;
    if (read.response) {
      const query = pending.take(conversation, question);
      if (query !== null && answer(query, read, packet)) return;
    }
    const row: DnsQueryRow = {
      time: formatTimestamp(packet.seconds, packet.nanoseconds),
      client,
      server,
      transport,
      id: read.id,
      name: read.name,
      qtype: typeNameOf(read.type),
      rcode: read.response ? dnsRcodeName(read.rcode) : null,
      answers: read.response ? valuesOf(read) : [],
      latency_ms: null,
      packet: packet.number,
      community_id: communityIds && message.flow !== null ? flowCommunityId(message.flow) : null,
    };
    const same = read.response ? null : pending.find(conversation, question);
    const isRepeated = same !== null && !same.isGone && isSoonAfter(same, packet);
    if (same !== null && !isRepeated) same.waits = false;
    const waits = !read.response && !isRepeated;
    const asked = rows.add(row, packet, waits, sizeOf(row));
    for (const { name, type } of read.more) {
      const other = { ...row, name, qtype: typeNameOf(type) };
      rows.add(other, packet, false, sizeOf(other));
    }
    if (!waits) return;
    const oldest = pending.add(conversation, question, asked);
    if (oldest !== null) oldest.waits = false;
  };

  const ingest = (packet: Packet): void => {
    for (let index = 0; index < packet.messageCount; index++) {
      const message = packet.messages[index]!;
      const { protocol } = message;
      if (protocol === dns.id || protocol === mdns.id || protocol === llmnr.id) take(packet, message);
    }
  };
  return {
    ingest,
    ingestHeld: ingest,
    sections: () => [section(dnsQuery, rows.all())],
    fresh: (now) => [section(dnsQuery, rows.takeComplete(now))],
    first: () => (rows.hasMany ? section(dnsQuery, rows.takeFirst()) : null),
    losses: () => lossesOf(dnsQuery.type, rows),
  };
}

/** NaN where one of them has no time. */
function nanosecondsSince(query: Asked<DnsQueryRow>, { seconds, nanoseconds }: Packet): number {
  return (seconds - query.seconds) * 1e9 + (nanoseconds - query.nanoseconds);
}

/** Whichever way the clock went; what has no time comes soon. */
function isSoonAfter(query: Asked<DnsQueryRow>, packet: Packet): boolean {
  return !(Math.abs(nanosecondsSince(query, packet)) > SAME_QUERY_SECONDS * 1e9);
}

function withoutFlag({ questions, name, type, qclass }: DnsMessage): Question {
  return { questions, name, type, qclass: qclass === null ? null : qclass & ~UNICAST_RESPONSE };
}

const typeNameOf = (type: number | null): string | null => (type === null ? null : dnsTypeName(type));

function sizeOf({ name, answers }: DnsQueryRow): number {
  return ROW_BYTES + (name?.length ?? 0) + bytesOf(answers);
}

function bytesOf(texts: readonly string[]): number {
  let bytes = 0;
  for (const text of texts) bytes += 32 + text.length;
  return bytes;
}

function transportOf(protocol: number, transport: number): DnsQueryRow['transport'] {
  if (protocol === mdns.id) return 'mdns';
  if (protocol === llmnr.id) return 'llmnr';
  return transport === 6 ? 'tcp' : 'udp';
}

/** Longest list that a record holds. */
const MOST_ANSWERS = 100;

function valuesOf({ answers }: DnsMessage): string[] {
  return answers.slice(0, MOST_ANSWERS).map(({ value }) => value);
}
