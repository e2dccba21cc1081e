import { safeText } from '../../core/output/safe-text.ts';
import { decodedText, dumpedText } from '../../core/packet/packet-decode.ts';
import { compilePacketFilter } from '../../core/packet/packet-filter.ts';
import { PacketRows } from '../../core/packet/packet-rows.ts';
import type { AnyRow, Snapshot } from '../../core/record/table.ts';
import { type PacketRow, packet as table } from '../../core/record/tables/packet.ts';
import { tightenHeap } from '../../core/tight-heap.ts';
import { REGISTRY } from '../../core/wire/all-protocols.ts';
import { Dissector } from '../../core/wire/dissector.ts';
import { Packet } from '../../core/wire/packet.ts';
import type { Context } from '../context/context.ts';
import type { Request } from '../listing/command.ts';
import { openPackets, type PacketValues } from '../packets/packet-source.ts';
import { sayFaults } from '../reading/say-faults.ts';

/** Fields below which a row is cheaper made one by one than whole. */
const MOST_SINGLE_FIELDS = 8;
/** What the list on a terminal is coloured and marked by. */
const LIST_FIELDS = ['severity', 'expert'];

/** Which packets are printed, and how. */
interface ListValues extends PacketValues {
  readonly filter: string | null;
  readonly count: number | null;
  readonly decode: boolean;
  readonly hex: boolean;
}

/**
 * The packets of a capture that pass, as a batch for each piece that was read. Rows are made as they are asked for, of
 * the packet that is at hand then.
 */
export async function* capturedPackets(
  context: Context,
  values: ListValues,
  request: Request,
): AsyncGenerator<Snapshot> {
  const rows = new PacketRows();
  const filter = values.filter === null ? null : compilePacketFilter(values.filter, rows);
  const { reader, owners, signal, gaps, finish } = await openPackets(context, values, {
    showsRows: true,
    asksOwners: filter?.needsText === true || request.wanted.has('pid') || request.wanted.has('process'),
  });
  rows.source = reader;
  rows.owners = owners;
  const dissector = new Dissector(REGISTRY);
  rows.faults = dissector.faults;
  const packet = new Packet();
  const rowOf = rowMaker(rows, values, request);
  let left = values.count ?? Number.POSITIVE_INFINITY;

  function* batch(): Iterable<AnyRow> {
    while (left > 0 && reader.next(packet)) {
      dissector.dissect(packet);
      rows.see(packet);
      if (filter !== null && !filter.matches(packet)) continue;
      left--;
      yield rowOf(packet);
    }
  }
  try {
    while (left > 0 && !signal.aborted && (await reader.fill())) {
      tightenHeap(dissector.flows.flows.length);
      for (const gap of gaps()) await request.missed(gap);
      yield [{ table, rows: batch() }];
    }
  } finally {
    sayFaults(context, dissector.faults, values);
    await finish();
  }
  for (const gap of gaps()) await request.missed(gap);
}

function rowMaker(rows: PacketRows, values: ListValues, request: Request): (packet: Packet) => AnyRow {
  const { decode, hex } = values;
  if (decode || hex) {
    return (packet) => {
      const row = rows.row(packet);
      const parts = [`${summaryOf(row)}\n`];
      if (decode) parts.push(decodedText(packet, rows.faults));
      if (hex) parts.push(dumpedText(packet));
      return { ...row, printed: parts.join('') };
    };
  }
  const names = new Set([...request.wanted, ...LIST_FIELDS]);
  if (names.size > MOST_SINGLE_FIELDS) return (packet) => rows.row(packet);
  return (packet) => rows.fields(packet, names) as AnyRow;
}

/** The line that tshark prints. */
function summaryOf(row: PacketRow): string {
  const time = row.rel_s === null ? '-' : row.rel_s.toFixed(6);
  return safeText(
    `${row.number} ${time} ${row.src ?? '-'} → ${row.dst ?? '-'} ${row.proto ?? '-'} ${row.length} ${row.info}`,
  );
}
