import type { Packet } from '../wire/packet.ts';

/** One interface of a capture; a pcap file has exactly one. */
export interface CaptureInterface {
  readonly name: string | null;
  readonly linkType: number;
  readonly snapLength: number;
  /** Whether its times are finer than microseconds. */
  readonly nanoseconds: boolean;
}

/**
 * A capture, read in chunks: memory does not grow with the file. `while (await reader.fill()) while (reader.next(packet))`
 * visits every frame; the frame's bytes stay valid until the next `fill`.
 */
export interface CaptureReader {
  /** As `capinfos -t` says it: `pcap`, `nsecpcap`, `modpcap`, `pcapng`. */
  readonly format: string;
  /** Grows as interfaces are met. */
  readonly interfaces: readonly CaptureInterface[];
  /**
   * Makes more frames available, as soon as at least one is there; false at the end. Rejects with a Failure 65 for what
   * is no capture. A file that is cut short or damaged later ends there, and `problems` says so.
   */
  fill(): Promise<boolean>;
  /** Sets the packet's frame (`packet.begin`) to the next one at hand; false when `fill` must be called. */
  next(packet: Packet): boolean;
  /** What was wrong with the file, for stderr: with the number of the packet and the offset. */
  readonly problems: readonly string[];
  /** Comment of the frame `next` set last, null without one. */
  readonly comment: string | null;
  /** Bodies of the blocks of keys met so far (pcapng, 4.7), as little-endian; bounded. */
  readonly secrets: readonly Uint8Array[];
  close(): Promise<void>;
}
