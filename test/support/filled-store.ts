import fs from 'node:fs';
import type { CaptureReader } from '../../src/core/capture/capture-reader.ts';
import { openCaptureReader } from '../../src/core/capture/open-capture-reader.ts';
import { PacketFeed } from '../../src/core/packet/packet-feed.ts';
import { FILE_LIMITS, PacketStore, type StoreLimits } from '../../src/core/packet/packet-store.ts';
import { REGISTRY } from '../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../src/core/wire/dissector.ts';
import { sourceOf } from './captures.ts';

/** A reader of a file, or of the bytes of one. */
export const readerOf = (capture: string | Uint8Array): Promise<CaptureReader> =>
  openCaptureReader(sourceOf(typeof capture === 'string' ? fs.readFileSync(capture) : capture));

/** A store with the packets of a capture; they went through `dissector`. */
export async function storeOf(
  capture: string | Uint8Array,
  limits: StoreLimits = FILE_LIMITS,
  dissector = new Dissector(REGISTRY),
): Promise<PacketStore> {
  const reader = await readerOf(capture);
  const feed = new PacketFeed(reader, dissector);
  const store = new PacketStore(reader.interfaces, limits);
  feed.listen((packet) => store.add(packet, reader.comment));
  await feed.run(new AbortController().signal);
  await reader.close();
  return store;
}
