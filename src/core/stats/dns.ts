import { formatTimestamp } from '../capture/timestamp.ts';
import { section } from '../record/table.ts';
import { type DnsQueryRow, dnsQuery } from '../record/tables/dns-query.ts';
import { AgedMap } from '../wire/aged-map.ts';
import { dns, llmnr, mdns } from '../wire/app/dns.ts';
import { type DnsMessage, dnsRcodeName, dnsTypeName, readDnsMessage } from '../wire/app/dns-message.ts';
import { destinationOf, sourceOf } from '../wire/flow-text.ts';
import type { Message, Packet } from '../wire/packet.ts';
import { type Asked, AwaitedRows, PATIENCE_SECONDS } from './awaited-rows.ts';
import { lossesOf, type OpenStatistic, type StatisticOptions } from './statistic.ts';

/** Queries that wait for their answers; an answer that comes after the patience for it is nobody's. */
const MOST_PENDING = 10_000;

/** What a record takes beside the texts of messages. */
const ROW_BYTES = 400;

/** Queries and their answers, paired by who asked, whom, how, and the number and name of the question. */
export function openDns({ held }: StatisticOptions): OpenStatistic {
  const rows = new AwaitedRows<DnsQueryRow>(held);
  const pending = new AgedMap<string, Asked<DnsQueryRow>>(MOST_PENDING);

  const take = (packet: Packet, message: Message): void => {
    const read = readDnsMessage(message.bytes, message.start, message.end);
    if (read === null) return;
    const transport = transportOf(message.protocol, packet.transport);
    const source = sourceOf(packet) ?? '';
    const target = destinationOf(packet) ?? '';
    const client = read.response ? target : source;
    const server = read.response ? source : target;
    const port = read.response ? packet.dstPort : packet.srcPort;
    // case of names does not count (RFC 4343), and some servers change it
    const key = `${transport} ${client} ${port} ${server} ${read.id} ${read.name?.toLowerCase()}`;
    if (read.response) {
      const query = pending.get(key);
      if (query !== undefined) {
        pending.delete(key);
        query.waits = false;
      }
      if (query?.isDropped === true) return;
      if (query !== undefined && !query.isGone) {
        const nanoseconds = (packet.seconds - query.seconds) * 1e9 + (packet.nanoseconds - query.nanoseconds);
        if (nanoseconds <= PATIENCE_SECONDS * 1e9) {
          query.row.rcode = dnsRcodeName(read.rcode);
          query.row.answers = valuesOf(read);
          query.row.latency_ms = nanoseconds >= 0 ? nanoseconds / 1e6 : null;
          rows.answer(query, bytesOf(query.row.answers));
          return;
        }
      }
    }
    const row: DnsQueryRow = {
      time: formatTimestamp(packet.seconds, packet.nanoseconds),
      client,
      server,
      transport,
      id: read.id,
      name: read.name,
      qtype: read.name === null ? null : dnsTypeName(read.type),
      rcode: read.response ? dnsRcodeName(read.rcode) : null,
      answers: read.response ? valuesOf(read) : [],
      latency_ms: null,
      packet: packet.number,
    };
    // a query sent again: the answer belongs to the first
    const waits = !read.response && pending.get(key)?.isGone !== false;
    const asked = rows.add(row, packet, waits, sizeOf(row));
    for (const { name, type } of read.more) {
      const other = { ...row, name, qtype: dnsTypeName(type) };
      rows.add(other, packet, false, sizeOf(other));
    }
    if (!waits) return;
    const oldest = pending.add(key, asked);
    if (oldest !== undefined) oldest.waits = false;
  };

  return {
    ingest(packet: Packet): void {
      for (let index = 0; index < packet.messageCount; index++) {
        const message = packet.messages[index]!;
        const { protocol } = message;
        if (protocol === dns.id || protocol === mdns.id || protocol === llmnr.id) take(packet, message);
      }
    },
    sections: () => [section(dnsQuery, rows.all())],
    fresh: (now) => [section(dnsQuery, rows.takeComplete(now))],
    first: () => (rows.hasMany ? section(dnsQuery, rows.takeFirst()) : null),
    losses: () => lossesOf(dnsQuery.type, rows),
  };
}

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
