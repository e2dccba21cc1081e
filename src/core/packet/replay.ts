import type { CaptureReader } from '../capture/capture-reader.ts';
import { tightenHeap } from '../tight-heap.ts';
import type { Dissector } from '../wire/dissector.ts';
import { Packet } from '../wire/packet.ts';

/**
 * Passes every packet of a capture, dissected, to `ingest`, until the end or until `signal` aborts. The packet is one
 * object, filled anew each time; at what `ingest` throws it goes on. Rejects as `reader.fill` does.
 */
export async function replay(
  reader: CaptureReader,
  dissector: Dissector,
  ingest: (packet: Packet) => void,
  signal: AbortSignal,
): Promise<void> {
  for await (const _ of replayPieces(reader, dissector, ingest, signal)) {
  }
}

/** The same; yields after each piece of the capture. */
export async function* replayPieces(
  reader: CaptureReader,
  dissector: Dissector,
  ingest: (packet: Packet) => void,
  signal: AbortSignal,
): AsyncGenerator<void> {
  const packet = new Packet();
  while (!signal.aborted && (await reader.fill())) {
    while (reader.next(packet)) {
      dissector.dissect(packet);
      dissector.faults.take(packet, ingest);
    }
    tightenHeap(dissector.flows.flows.length);
    yield;
  }
}
