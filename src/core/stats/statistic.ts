import type { CaptureReader } from '../capture/capture-reader.ts';
import type { LineForm } from '../output/json-line.ts';
import type { PacketOwners } from '../packet/packet-owners.ts';
import type { RecordTable, Section } from '../record/table.ts';
import type { Dissector } from '../wire/dissector.ts';
import type { Packet } from '../wire/packet.ts';
import type { HeldBytes } from './awaited-rows.ts';

/** One value of `stats --by`: its text in help, and what it prints, the main record type first. */
export interface Statistic {
  readonly about: string;
  readonly tables: readonly [RecordTable, ...RecordTable[]];
  /** What its records are made of besides headers and messages, with the flows of these: the rest is not found out. */
  readonly reads: readonly Reading[];
}

/**
 * What not every statistic is made of. `flows`: all there were, at the end, so that those that are over must be remembered;
 * `flow of each packet`: also of one that has no message; `analysis`: how segments of TCP were judged.
 */
export type Reading = 'flows' | 'flow of each packet' | 'analysis';

/** The options with which a statistic is opened. */
export interface StatisticOptions {
  /** Width of a bucket of `time`. */
  readonly bucketMs: number;
  readonly owners: PacketOwners;
  /** Shared by a run's statistics of messages; by default each has its own. */
  readonly held?: HeldBytes;
  /** Whether `community_id` is read; it is null if not, and computed by default. */
  readonly communityIds?: boolean;
  /** How a table's records are printed, where lines of NDJSON are all that they become; null and absent otherwise. */
  readonly lineOf?: ((table: RecordTable) => LineForm | null) | undefined;
}

/** One count of a run over packets, open while it lasts. */
export interface OpenStatistic {
  /** Processes a dissected packet, of which only values may be kept. Runs per packet: no allocation, no text. */
  readonly ingest?: (packet: Packet) => void;
  /** For records of messages: processes those of segments that waited until the end, in a packet that was counted before. */
  readonly ingestHeld?: (packet: Packet) => void;
  /** The records, after the last packet or at a tick of a live run. */
  readonly sections: (run: StatisticsRun) => readonly Section[];
  /**
   * Replaces `sections` at the ticks of a live run, for records of messages: those that are complete and have not been
   * returned before. `now` is in seconds since 1970; an answer that has been missing for too long is not waited for.
   */
  readonly fresh?: (now: number) => readonly Section[];
  /**
   * For records of messages: the first ones, when there are too many to hold all until the end; `sections` then returns
   * the others, in the same order as if all had been held. Null when there are none yet.
   */
  readonly first?: () => Section | null;
  /** The records for which there was no room. */
  readonly losses?: () => readonly Loss[];
}

/** Records that are not reported, or not in full. */
export interface Loss {
  /** Singular. */
  readonly what: string;
  readonly count: number;
  /** What happened to them: "left out". */
  readonly fate: string;
  readonly reason: string;
}

/** What a statistic may use when its records are asked for. */
export interface StatisticsRun {
  readonly dissector: Dissector;
  readonly reader: CaptureReader;
  /** The file's name as it was given; null live. */
  readonly file: string | null;
}
