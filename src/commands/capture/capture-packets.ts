import type { ByteText } from '../../core/net/byte-text.ts';
import { safeText } from '../../core/output/safe-text.ts';
import { isOfHellos } from '../../core/packet/display-fields.ts';
import { decodeText, dumpText } from '../../core/packet/packet-decode.ts';
import { compilePacketFilter } from '../../core/packet/packet-filter.ts';
import { compilePacketJson } from '../../core/packet/packet-json.ts';
import { PacketRows } from '../../core/packet/packet-rows.ts';
import { RedactedPackets } from '../../core/packet/redacted-packets.ts';
import type { AnyRow, Snapshot } from '../../core/record/table.ts';
import { type PacketRow, packet as table } from '../../core/record/tables/packet.ts';
import type { Redaction } from '../../core/redact/redaction.ts';
import { REGISTRY } from '../../core/wire/all-protocols.ts';
import { Dissector } from '../../core/wire/dissector.ts';
import type { Packet } from '../../core/wire/packet.ts';
import type { Context } from '../context/context.ts';
import type { Request } from '../listing/command.ts';
import { openPackets } from '../packets/open-packets.ts';
import type { PacketRequest } from '../packets/packet-request.ts';
import { sayFaults } from '../reading/say-faults.ts';

/** Up to this many fields, making them one by one is cheaper than making the whole row. */
const MOST_SINGLE_FIELDS = 8;
/** The fields that decide the colours and marks of the list on a terminal. */
const LIST_FIELDS = ['severity', 'expert'];

/** Stands for a row that writes its own line. */
const WRITTEN: AnyRow = {};

/** Which packets to print, and how. */
export interface ListRequest {
  readonly packets: PacketRequest;
  readonly filter: string | null;
  /** The most packets to print; null for all. */
  readonly most: number | null;
  /** Whether to print text with every layer, or with the bytes, instead of records. */
  readonly decode: boolean;
  readonly hex: boolean;
  /** What is taken out of packets before they are looked at; the filter sees all of them. Null for nothing. */
  readonly redaction: Redaction | null;
}

/**
 * The packets of a capture that pass, in one batch for each piece that was read. Rows are made on demand, from the
 * packet that is current then.
 */
export async function* listPackets(context: Context, asked: ListRequest, request: Request): AsyncGenerator<Snapshot> {
  const rows = new PacketRows();
  // what a filter asks, it asks of the packet as it was
  const filtered = asked.redaction === null ? rows : new PacketRows();
  const filter = asked.filter === null ? null : compilePacketFilter(asked.filter, filtered, context.clock.now);
  const decrypts = filter?.needsHellos === true || [...request.wanted].some(isOfHellos);
  const dissector = new Dissector(REGISTRY, { decrypts });
  const { feed, owners, signal, gaps, finish } = await openPackets(context, asked.packets, {
    dissector,
    showsRows: true,
    asksOwners: filter?.needsText === true || request.wanted.has('pid') || request.wanted.has('process'),
  });
  const { packet } = feed;
  const clean = asked.redaction === null ? null : new RedactedPackets(feed.reader, asked.redaction);
  const shown = clean?.packet ?? packet;
  filtered.source = feed.reader;
  filtered.owners = owners;
  filtered.faults = dissector.faults;
  if (clean !== null) rows.source = clean;
  const rowOf = rowMaker(rows, asked, request);
  const lineFields = asked.decode || asked.hex || request.placeOf ? null : (request.lineFields ?? null);
  const lines = lineFields === null ? null : compilePacketJson(rows, lineFields);
  let left = asked.most ?? Number.POSITIVE_INFINITY;

  function* batch(): Iterable<AnyRow> {
    while (left > 0 && (clean !== null && filter === null ? feed.nextFrame() : feed.next())) {
      rows.see(packet);
      if (clean !== null) {
        if (filtered !== rows) filtered.see(packet);
        clean.take(packet);
      }
      if (filter !== null && !filter.matches(packet)) continue;
      left--;
      yield lines !== null ? WRITTEN : rowOf(shown);
    }
  }
  const writeLine = lines === null ? undefined : (out: ByteText) => lines.write(out, shown);
  try {
    while (left > 0 && !signal.aborted && (await feed.fill())) {
      for (const gap of gaps()) await request.reportGap(gap);
      yield [{ table, rows: batch(), writeLine }];
    }
  } finally {
    sayFaults(context, dissector.faults);
    if (clean !== null) sayFaults(context, clean.dissector.faults);
    await finish();
  }
  for (const gap of gaps()) await request.reportGap(gap);
}

function rowMaker(rows: PacketRows, { decode, hex }: ListRequest, request: Request): (packet: Packet) => AnyRow {
  if (decode || hex) {
    return (packet) => {
      const row = rows.row(packet);
      const parts = [`${summaryOf(row)}\n`];
      if (decode) parts.push(decodeText(packet, rows.faults, row.comment));
      if (hex) parts.push(dumpText(packet));
      return { ...row, printed: parts.join('') };
    };
  }
  const names = new Set([...request.wanted, ...LIST_FIELDS]);
  if (names.size > MOST_SINGLE_FIELDS) {
    const more = [...names].filter((name) => !Object.hasOwn(table.fields, name));
    if (more.length === 0) return (packet) => rows.row(packet);
    return (packet) => ({ ...rows.row(packet), ...rows.fields(packet, more) });
  }
  return (packet) => rows.fields(packet, names) as AnyRow;
}

/** The line that tshark prints. */
function summaryOf(row: PacketRow): string {
  const time = row.rel_s === null ? '-' : row.rel_s.toFixed(6);
  return safeText(
    `${row.number} ${time} ${row.src ?? '-'} → ${row.dst ?? '-'} ${row.proto ?? '-'} ${row.length} ${row.info}`,
  );
}
