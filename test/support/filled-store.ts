import fs from 'node:fs';
import { openCaptureReader } from '../../src/core/capture/open-capture-reader.ts';
import { PacketFeed } from '../../src/core/packet/packet-feed.ts';
import { FILE_LIMITS, PacketStore, type StoreLimits } from '../../src/core/packet/packet-store.ts';
import { REGISTRY } from '../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../src/core/wire/dissector.ts';

/** A store with the packets of a capture; they went through `dissector`. */
export async function storeOf(
  capture: string | Uint8Array,
  limits: StoreLimits = FILE_LIMITS,
  dissector = new Dissector(REGISTRY),
): Promise<PacketStore> {
  const bytes = typeof capture === 'string' ? fs.readFileSync(capture) : capture;
  let at = 0;
  const reader = await openCaptureReader({
    name: 'capture',
    size: bytes.length,
    async read(into, offset, length) {
      const part = bytes.subarray(at, at + length);
      into.set(part, offset);
      at += part.length;
      return part.length;
    },
    close: async () => {},
  });
  const feed = new PacketFeed(reader, dissector);
  const store = new PacketStore(reader.interfaces, limits);
  feed.listen((packet) => store.add(packet, reader.comment));
  await feed.run(new AbortController().signal);
  await reader.close();
  return store;
}
