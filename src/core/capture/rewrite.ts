import type { PacketPredicate } from '../filter/packet-filter.ts';
import { REGISTRY } from '../wire/all-protocols.ts';
import { Dissector } from '../wire/dissector.ts';
import { Packet } from '../wire/packet.ts';
import type { CaptureReader } from './capture-reader.ts';
import type { CaptureWriter } from './capture-writer.ts';

/** Where the bytes of a capture go. */
export interface ByteSink {
  /** Takes the bytes before it resolves. Rejects with a Failure 74, or OutputClosed. */
  write(bytes: Uint8Array): Promise<void>;
}

/** How many packets were read, and how many of them written. */
export interface Rewritten {
  readonly read: number;
  readonly written: number;
}

/**
 * Copies the packets that pass `filter` (all for null), at most `most` of them, until the end or until `signal` aborts.
 * Without a filter nothing is dissected, and with one that asks only for headers, nothing behind them. A packet without a
 * comment gets what `annotate` says of it, which sees its headers. What has no link
 * type (custom blocks of pcapng) is no packet that another capture could hold.
 */
export async function rewrite(
  reader: CaptureReader,
  writer: CaptureWriter,
  sink: ByteSink,
  filter: PacketPredicate | null,
  most: number,
  signal: AbortSignal,
  annotate: ((packet: Packet) => string | null) | null = null,
): Promise<Rewritten> {
  const dissector = new Dissector(REGISTRY, { applications: filter?.needsApplications ?? false });
  const packet = new Packet();
  let written = 0;
  let secrets = 0;
  while (!signal.aborted && written < most && (await reader.fill())) {
    while (written < most && reader.next(packet)) {
      if (packet.linkType < 0) continue;
      if (filter !== null || annotate !== null) dissector.dissect(packet);
      if (filter !== null && !filter.matches(packet)) continue;
      for (; secrets < reader.secrets.length; secrets++) writer.addSecrets(reader.secrets[secrets]!);
      if (written === 0) writer.prepare(reader.interfaces);
      const comment = reader.comment ?? annotate?.(packet) ?? null;
      writer.add(packet, reader.interfaces[packet.iface]!, comment);
      written++;
    }
    const bytes = writer.take();
    if (bytes.length > 0) await sink.write(bytes);
  }
  const [first] = reader.interfaces;
  if (first !== undefined) {
    writer.beginEmpty(first);
    const bytes = writer.take();
    if (bytes.length > 0) await sink.write(bytes);
  }
  return { read: packet.number, written };
}
