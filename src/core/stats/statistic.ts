import type { CaptureReader } from '../capture/capture-reader.ts';
import type { PacketOwners } from '../packet/packet-owners.ts';
import type { RecordTable, Section } from '../record/table.ts';
import type { Dissector } from '../wire/dissector.ts';
import type { Packet } from '../wire/packet.ts';
import type { HeldBytes } from './awaited-rows.ts';

/** One value of `stats --by`: what help says of it, and what it prints, the main record type first. */
export interface Statistic {
  readonly about: string;
  readonly tables: readonly [RecordTable, ...RecordTable[]];
}

/** What a statistic is told when it is opened. */
export interface StatisticOptions {
  /** Width of a bucket of `time`. */
  readonly bucketMs: number;
  readonly owners: PacketOwners;
  /** Shared by the statistics of messages of a run; one of its own for each unless given. */
  readonly held?: HeldBytes;
}

/** One count of a run over packets, open while it lasts. */
export interface OpenStatistic {
  /** Takes in a dissected packet; nothing of it may be kept but values. Runs per packet: no allocation, no text. */
  readonly ingest?: (packet: Packet) => void;
  /** The records, after the last packet or at a tick of a live run. */
  readonly sections: (run: StatisticsRun) => readonly Section[];
  /**
   * In place of `sections` at the ticks of a live run, for records of messages: those that are complete and were not given
   * before. `now` is in seconds since 1970; an answer that has not come for long is not waited for.
   */
  readonly fresh?: (now: number) => readonly Section[];
  /**
   * For records of messages: the first ones, where there are too many to hold all until the end; `sections` are the others
   * then. In the same order as if they had been held. Null for none yet.
   */
  readonly first?: () => Section | null;
  /** What there was no room for. */
  readonly losses?: () => readonly Loss[];
}

/** Records that are not told of, or not as they are. */
export interface Loss {
  /** Singular. */
  readonly what: string;
  readonly count: number;
  /** What became of them: "left out". */
  readonly fate: string;
  readonly reason: string;
}

const NO_ROOM = 'there was no room for more in memory; asked for alone, records are printed as they are read';
const TOO_MANY = 'too many waited at once';

/** The losses of a statistic of messages. */
export function lossesOf(
  type: string,
  { dropped, unawaited }: { readonly dropped: number; readonly unawaited: number },
): readonly Loss[] {
  return [
    { what: `${type} record`, count: dropped, fate: 'left out', reason: NO_ROOM },
    { what: `${type} record`, count: unawaited, fate: 'printed without their answers', reason: TOO_MANY },
  ].filter(({ count }) => count > 0);
}

/** What a statistic may look at when its records are asked for. */
export interface StatisticsRun {
  readonly dissector: Dissector;
  readonly reader: CaptureReader;
  /** The file's name as it was given; null live. */
  readonly file: string | null;
}
