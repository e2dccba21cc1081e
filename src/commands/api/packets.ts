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
  const { filter = null, fields, count = null } = options;
  const text = typeof filter === 'string' ? filter : null;
  return recordsOf({
    table: packet,
    listening: options,
    filter: text === null ? filter : null,
    fields,
    check: () => requirePacketOptions(options, { filter: 'choice', fields: 'texts', count: 'count' }),
    async *run(context, request) {
      const { listPackets } = await import('../capture/capture-packets.ts');
      const asked = { packets: packetRequest(options), filter: text, most: count, decode: false, hex: false };
      yield* listPackets(context, asked, request);
    },
  });
}
