import type { Packet } from '../wire/packet.ts';

/** One interface of a capture; a pcap file has exactly one. */
export interface CaptureInterface {
  readonly name: string | null;
  readonly linkType: number;
  readonly snapLength: number;
  /** Whether its times are finer than microseconds. */
  readonly nanoseconds: boolean;
  /** The unit of its times as if_tsresol says it, where pcapng does. */
  readonly resolution?: number | undefined;
  /**
   * Whether each frame stands behind its record as little-endian pcap has it, with nanoseconds or microseconds as
   * `nanoseconds` says.
   */
  readonly hasPcapRecords?: boolean;
  /** What else pcapng says of it: options in little-endian order, without an end; bounded. */
  readonly options?: Uint8Array;
}

/** A frame that is no packet: a block of pcapng that another file may hold too. */
export interface CaptureRecord {
  readonly type: number;
  /** Who defined it, for custom blocks. The frame is what follows. */
  readonly enterprise: number | null;
  /** On which processor it happened, for events of sysdig. The frame is what follows. */
  readonly processor?: number;
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
  /** Comments of the frame `next` set last, a line each; null without any. */
  readonly comment: string | null;
  /** Bodies of the blocks of keys met so far (pcapng, 4.7), as little-endian; bounded. */
  readonly secrets: readonly Uint8Array[];
  /** The same for blocks of names and addresses (pcapng, 4.5). */
  readonly names: readonly Uint8Array[];
  /** Options of the first section (pcapng, 4.1), in little-endian order, without an end; bounded. */
  readonly section: Uint8Array;
  /** The same of the frame `next` set last, with its comments; valid until the next `next`. */
  readonly options: Uint8Array;
  /** What the frame is that `next` set last, if it has no link type and may be copied; null otherwise. */
  readonly record: CaptureRecord | null;
  /** Whether a copy has the interfaces too from which no packet came. */
  readonly keepsAllInterfaces: boolean;
  close(): Promise<void>;
}

export const NO_OPTIONS: Uint8Array = new Uint8Array(0);
