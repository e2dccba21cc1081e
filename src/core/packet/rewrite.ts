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

/** Which packets are copied, and what goes with them. */
export interface CopyOptions {
  /** Only packets that pass; null for all. */
  readonly filter: PacketPredicate | null;
  /** Says of a packet without a comment what goes into one; null for nothing. It sees headers. */
  readonly annotate: ((packet: Packet) => string | null) | null;
}

/**
 * The packets of a feed on their way into another capture: each is offered to `take`, and what was taken is handed to the
 * sink now and then. What has no link type (custom blocks of pcapng) is no packet that another capture could hold.
 */
export class CaptureCopy {
  written = 0;
  private readonly feed: PacketFeed;
  private readonly writer: CaptureWriter;
  private readonly sink: ByteSink;
  private readonly options: CopyOptions;
  private handed = 0;
  private secrets = 0;

  constructor(feed: PacketFeed, writer: CaptureWriter, sink: ByteSink, options: CopyOptions) {
    this.feed = feed;
    this.writer = writer;
    this.sink = sink;
    this.options = options;
    if (options.filter !== null) options.filter.rows.faults = feed.dissector.faults;
  }

  /** Adds the packet that the feed is at, if it passes. */
  take(): boolean {
    const { feed, writer } = this;
    const { filter, annotate } = this.options;
    const { reader, packet } = feed;
    if (packet.linkType < 0 || (filter !== null && !filter.matches(packet))) return false;
    for (; this.secrets < reader.secrets.length; this.secrets++) writer.addSecrets(reader.secrets[this.secrets]!);
    if (this.written === 0) writer.prepare(reader.interfaces);
    const comment = reader.comment ?? (annotate === null ? null : said(packet, annotate, feed.dissector.faults));
    writer.add(packet, reader.interfaces[packet.iface]!, comment);
    this.written++;
    return true;
  }

  /** What was taken goes to the sink. Rejects with an OutputCut when the sink does with a Failure. */
  async hand(): Promise<void> {
    const bytes = this.writer.take();
    if (bytes.length === 0) return;
    try {
      await this.sink.write(bytes);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const kept = this.handed + (this.sink.wholeOfFailed ?? 0);
      throw new OutputCut(error, kept, this.written - kept);
    }
    this.handed = this.written;
  }

  /** The same, and a capture without packets becomes a whole one, too. */
  async end(): Promise<void> {
    const [first] = this.feed.reader.interfaces;
    if (first !== undefined) this.writer.beginEmpty(first);
    await this.hand();
  }
}

export interface RewriteOptions extends CopyOptions {
  /** How many at most. */
  readonly most: number;
  /** Whether the sink gets each packet by itself, so that no kill can tear one. */
  readonly packetBuffered: boolean;
}

/**
 * Copies packets until the end or until `signal` aborts; they are not dissected unless a filter or a comment asks for it.
 * Rejects as `CaptureCopy.hand` does.
 */
export async function rewrite(
  feed: PacketFeed,
  writer: CaptureWriter,
  sink: ByteSink,
  signal: AbortSignal,
  { most, packetBuffered, ...options }: RewriteOptions,
): Promise<Rewritten> {
  const copy = new CaptureCopy(feed, writer, sink, options);
  const isDissected = options.filter !== null || options.annotate !== null;
  while (!signal.aborted && copy.written < most && (await feed.fill())) {
    while (copy.written < most && (isDissected ? feed.next() : feed.nextFrame())) {
      if (copy.take() && packetBuffered) await copy.hand();
    }
    await copy.hand();
  }
  await copy.end();
  return { read: feed.count, written: copy.written, faults: feed.dissector.faults };
}

function said(packet: Packet, annotate: (packet: Packet) => string | null, faults: Faults): string | null {
  try {
    return annotate(packet);
  } catch (error) {
    faults.note(packet, error);
    return null;
  }
}
