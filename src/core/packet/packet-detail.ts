import type { PacketRow } from '../record/tables/packet.ts';
import type { Faults } from '../wire/faults.ts';
import type { Packet } from '../wire/packet.ts';
import { type DecodedLine, decodeLines, MOST_DUMPED } from './packet-decode.ts';

/** All that is in a packet. */
export interface PacketDetail {
  readonly row: PacketRow;
  /** Layers and their fields, as `capture -V` prints them. */
  readonly lines: readonly DecodedLine[];
  /** By the index of the layer. */
  readonly layers: readonly LayerSpan[];
  /** The frame, then what was reassembled of several packets. */
  readonly buffers: readonly Uint8Array[];
}

/** The bytes of a layer itself, without those of the layers in it. */
export interface LayerSpan {
  /** Index into `buffers`. */
  readonly buffer: number;
  readonly start: number;
  readonly end: number;
}

/** What is in a dissected packet; bytes are copied. */
export function packetDetail(packet: Packet, row: PacketRow, faults: Faults): PacketDetail {
  const lines = decodeLines(packet, faults, row.comment);
  const { frame, frameStart, frameEnd, layerBytes, layerStart, layerEnd, layerCount } = packet;
  const sources: { readonly bytes: Uint8Array; readonly start: number; end: number }[] = [
    { bytes: frame, start: frameStart, end: frameEnd },
  ];
  const layers: LayerSpan[] = [];
  for (let layer = 0; layer < layerCount; layer++) {
    const bytes = layerBytes[layer]!;
    const start = layerStart[layer]!;
    const last = Math.max(start, layerEnd[layer]!);
    let buffer = sources.findIndex((one) => one.bytes === bytes && start >= one.start);
    if (buffer < 0) {
      buffer = sources.length;
      sources.push({ bytes, start, end: last });
    }
    const source = sources[buffer]!;
    if (buffer > 0) source.end = Math.max(source.end, last);
    // what is inside it begins where the next layer in the same bytes does
    let end = last;
    for (let inner = layer + 1; inner < layerCount; inner++) {
      if (layerBytes[inner] !== bytes || layerStart[inner]! <= start || layerStart[inner]! >= end) continue;
      end = layerStart[inner]!;
      break;
    }
    layers.push({ buffer, start: start - source.start, end: end - source.start });
  }
  const buffers = sources.map(({ bytes, start, end }, index) =>
    bytes.slice(start, index === 0 ? end : Math.min(end, start + MOST_DUMPED)),
  );
  return { row, lines, layers, buffers };
}
