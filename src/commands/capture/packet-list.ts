import type { Renderer } from '../../core/output/renderer.ts';
import type { Sink } from '../../core/output/sink.ts';
import { openStreamTable } from '../../core/output/stream-table.ts';
import type { TableRendererOptions } from '../../core/output/table-renderer.ts';
import { packetTone } from '../../core/packet/packet-tone.ts';
import type { AnyRow } from '../../core/record/table.ts';
import type { PacketSeverity } from '../../core/record/tables/packet.ts';

const MARKS: Readonly<Record<PacketSeverity, string>> = { error: '●', warn: '▲', note: '·', chat: ' ' };

const plain = (value: unknown): string => String(value ?? '-');
const seconds = (value: unknown): string => (value === null ? '-' : (value as number).toFixed(6));

/** Packets as tshark lists them, one line each as they come, coloured by what deserves a look. */
export function openPacketList(sink: Sink, options: TableRendererOptions): Renderer {
  return openStreamTable(sink, {
    ...options,
    formats: { number: plain, rel_s: seconds, delta_s: seconds, length: plain, captured: plain, payload_bytes: plain },
    widths: { number: 6, rel_s: 11, length: 6, src: 15, dst: 15, src_port: 5, dst_port: 5, proto: 8 },
    markOf: ({ severity }) => (severity === null ? ' ' : MARKS[severity as PacketSeverity]),
    toneOf: ({ expert }) => packetTone(expert as readonly string[]),
  });
}

/** A row and the text that is printed for it when packets are printed completely. */
export interface PrintedPacket extends AnyRow {
  readonly printed: string;
}

/** Packets as text, separated by empty lines. */
export function openPacketPrinter(sink: Sink): Renderer {
  let written = 0;
  return {
    mixesTypes: false,
    ownsTerminal: false,
    async write({ rows }) {
      for (const row of rows) {
        const { printed } = row as PrintedPacket;
        const wait = sink.write(written++ === 0 ? printed : `\n${printed}`);
        if (wait !== undefined) await wait;
      }
    },
    endSnapshot: () => sink.flush(),
    end: () => sink.flush(),
  };
}
