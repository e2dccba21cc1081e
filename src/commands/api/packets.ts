import type { AnyRow, Snapshot } from '../../core/record/table.ts';
import { type PacketRow, packet } from '../../core/record/tables/packet.ts';
import { type PacketOptions, packetRequest, requirePacketOptions } from './packet-options.ts';
import { type Choice, type Records, recordsOf } from './records.ts';

/** Options for packets. */
export interface PacketsOptions extends PacketOptions {
  /** A display filter: text (fastest), or a function of the record. */
  readonly filter?: Choice<PacketRow>;
  /** Fields that you will read: a few are made faster than all. */
  readonly fields?: readonly (keyof PacketRow & string)[];
  /** Stop after this many packets that pass the filter. */
  readonly count?: number;
}

/** The packets of a capture, or of the machine as they come. */
export function packets(options: PacketsOptions = {}): Records<PacketRow> {
  return recordsOf(() => {
    requirePacketOptions(options, { filter: 'choice', fields: 'texts', count: 'count' });
    const { filter = null, fields, count = null } = options;
    const text = typeof filter === 'string' ? filter : null;
    const passes = typeof filter === 'function' ? filter : null;
    return {
      table: packet,
      listening: options,
      filter: null,
      isFilteredByRun: filter !== null,
      fields,
      async *run(context, request) {
        const { listPackets } = await import('../capture/capture-packets.ts');
        const most = passes === null ? count : null;
        const asked = {
          packets: packetRequest(options),
          filter: text,
          most,
          decode: false,
          hex: false,
          redaction: null,
        };
        const listed = listPackets(context, asked, request);
        yield* passes === null ? listed : firstOf(listed, passes, count ?? Number.POSITIVE_INFINITY);
      },
    };
  });
}

/** The packets that pass, and no more of them than `most`: with the last, reading ends. */
async function* firstOf(
  snapshots: AsyncIterable<Snapshot>,
  passes: (row: PacketRow) => boolean,
  most: number,
): AsyncGenerator<Snapshot> {
  let left = most;
  function* chosen(rows: Iterable<AnyRow>): Iterable<AnyRow> {
    for (const row of rows) {
      if (!passes(row as PacketRow)) continue;
      yield row;
      if (--left === 0) return;
    }
  }
  for await (const sections of snapshots) {
    yield sections.map((one) => (one.table === packet ? { ...one, rows: chosen(one.rows) } : one));
    if (left === 0) return;
  }
}
