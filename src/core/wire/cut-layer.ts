import type { Packet } from './packet.ts';

/** How far past the end of a layer its texts may read. */
const BEHIND = 256;

/**
 * Whether texts of the layer may include bytes that are not there: the frame was truncated or damaged, or is quoted.
 */
export function mayBeCut(
  { truncated, malformed, frameStart, frameEnd, length, layerQuoted }: Packet,
  layer: number,
): boolean {
  return truncated || malformed || frameEnd - frameStart < length || layerQuoted[layer] !== 0;
}

/**
 * The result of `make` for a layer, twice: with different bytes after the end of the layer. What comes from bytes that
 * are there is the same both times; the rest was read from whatever lies after the layer.
 */
export function madeTwice<T>(packet: Packet, layer: number, make: () => T): readonly [T, T] {
  const end = packet.layerEnd[layer]!;
  const given = packet.layerBytes[layer]!;
  const bytes = given.length >= end + BEHIND ? given : withRoom(given, end);
  const behind = bytes.slice(end, end + BEHIND);
  packet.layerBytes[layer] = bytes;
  try {
    bytes.fill(0, end, end + BEHIND);
    const first = make();
    bytes.fill(0xff, end, end + BEHIND);
    return [first, make()];
  } finally {
    bytes.set(behind, end);
    packet.layerBytes[layer] = given;
  }
}

function withRoom(bytes: Uint8Array, end: number): Uint8Array {
  const larger = new Uint8Array(end + BEHIND);
  larger.set(bytes.subarray(0, end));
  return larger;
}
