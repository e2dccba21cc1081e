import type { CaptureWriter } from '../capture/capture-writer.ts';
import { Failure } from '../failure.ts';
import type { Faults } from '../wire/faults.ts';
import type { Packet } from '../wire/packet.ts';
import type { PacketFeed } from './packet-feed.ts';
import type { PacketPredicate } from './packet-filter.ts';

/** Where the bytes of a capture go. */
export interface ByteSink {
  /** Takes the bytes before it resolves. Rejects with a Failure 74, or OutputClosed. */
  write(bytes: Uint8Array): Promise<void>;
  /** How many packets of one write that failed were written all the same; none unless it tells. */
  readonly wholeOfFailed?: number;
}

/** The output failed: of the packets that passed the filter so many are in it, and the others are not. */
export class OutputCut extends Failure {
  readonly kept: number;
  readonly lost: number;

  constructor(cause: Failure, kept: number, lost: number) {
    super(cause.exit, cause.message, { hint: cause.hint, cause });
    this.kept = kept;
    this.lost = lost;
  }
}

/** How many packets were read, how many of them written, and at which something threw. */
export interface Rewritten {
  readonly read: number;
  readonly written: number;
  readonly faults: Faults;
}

export interface RewriteOptions {
  /** Only packets that pass; null for all. */
  readonly filter: PacketPredicate | null;
  /** How many at most. */
  readonly most: number;
  /** Says of a packet without a comment what goes into one; null for nothing. It sees headers. */
  readonly annotate: ((packet: Packet) => string | null) | null;
  /** Whether the sink gets each packet by itself, so that no kill can tear one. */
  readonly packetBuffered: boolean;
}

/**
 * Copies packets until the end or until `signal` aborts. Without a filter nothing is dissected. What has no link type (custom blocks of pcapng) is no packet that another capture
 * could hold. Rejects with an OutputCut when the sink does with a Failure.
 */
export async function rewrite(
  feed: PacketFeed,
  writer: CaptureWriter,
  sink: ByteSink,
  signal: AbortSignal,
  { filter, most, annotate, packetBuffered }: RewriteOptions,
): Promise<Rewritten> {
  const { reader, packet } = feed;
  const { faults } = feed.dissector;
  if (filter !== null) filter.rows.faults = faults;
  const isDissected = filter !== null || annotate !== null;
  let written = 0;
  let handed = 0;
  let secrets = 0;
  const hand = async (): Promise<void> => {
    const bytes = writer.take();
    if (bytes.length === 0) return;
    try {
      await sink.write(bytes);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const kept = handed + (sink.wholeOfFailed ?? 0);
      throw new OutputCut(error, kept, written - kept);
    }
    handed = written;
  };
  while (!signal.aborted && written < most && (await feed.fill())) {
    while (written < most && (isDissected ? feed.next() : feed.nextFrame())) {
      if (packet.linkType < 0) continue;
      if (filter !== null && !filter.matches(packet)) continue;
      for (; secrets < reader.secrets.length; secrets++) writer.addSecrets(reader.secrets[secrets]!);
      if (written === 0) writer.prepare(reader.interfaces);
      const comment = reader.comment ?? (annotate === null ? null : said(packet, annotate, faults));
      writer.add(packet, reader.interfaces[packet.iface]!, comment);
      written++;
      if (packetBuffered) await hand();
    }
    await hand();
  }
  const [first] = reader.interfaces;
  if (first !== undefined) {
    writer.beginEmpty(first);
    await hand();
  }
  return { read: packet.number, written, faults };
}

function said(packet: Packet, annotate: (packet: Packet) => string | null, faults: Faults): string | null {
  try {
    return annotate(packet);
  } catch (error) {
    faults.note(packet, error);
    return null;
  }
}
