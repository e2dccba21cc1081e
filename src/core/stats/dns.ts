import { formatTimestamp } from '../capture/timestamp.ts';
import { section } from '../record/table.ts';
import { type DnsQueryRow, dnsQuery } from '../record/tables/dns-query.ts';
import { AgedMap } from '../wire/aged-map.ts';
import { dns, llmnr, mdns } from '../wire/app/dns.ts';
import { type DnsMessage, dnsRcodeName, dnsTypeName, readDnsMessage } from '../wire/app/dns-message.ts';
import { destinationOf, sourceOf } from '../wire/flow-text.ts';
import type { Message, Packet } from '../wire/packet.ts';
import type { OpenStatistic } from './statistic.ts';
import { PATIENCE_SECONDS, takeComplete } from './take-complete.ts';

/** Queries that wait for their answers; an answer that comes after the patience for it is nobody's. */
const MOST_PENDING = 10_000;

interface Pending {
  readonly row: DnsQueryRow;
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Queries and their answers, paired by who asked, whom, how, and the number and name of the question. */
export function openDns(): OpenStatistic {
  const rows: DnsQueryRow[] = [];
  const pending = new AgedMap<string, Pending>(MOST_PENDING);

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
        const nanoseconds = (packet.seconds - query.seconds) * 1e9 + (packet.nanoseconds - query.nanoseconds);
        if (nanoseconds <= PATIENCE_SECONDS * 1e9) {
          query.row.rcode = dnsRcodeName(read.rcode);
          query.row.answers = valuesOf(read);
          query.row.latency_ms = nanoseconds >= 0 ? nanoseconds / 1e6 : null;
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
    rows.push(row);
    for (const { name, type } of read.more) rows.push({ ...row, name, qtype: dnsTypeName(type) });
    if (read.response || pending.has(key)) return; // a query sent again: the answer belongs to the first
    pending.add(key, { row, seconds: packet.seconds, nanoseconds: packet.nanoseconds });
  };

  return {
    ingest(packet: Packet): void {
      for (let index = 0; index < packet.messageCount; index++) {
        const message = packet.messages[index]!;
        const { protocol } = message;
        if (protocol === dns.id || protocol === mdns.id || protocol === llmnr.id) take(packet, message);
      }
    },
    sections: () => [section(dnsQuery, rows)],
    fresh(now) {
      const waiting = new Set<DnsQueryRow>();
      for (const [key, { row, seconds }] of pending) {
        if (now - seconds < PATIENCE_SECONDS) waiting.add(row);
        else pending.delete(key);
      }
      return [section(dnsQuery, takeComplete(rows, waiting))];
    },
  };
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
