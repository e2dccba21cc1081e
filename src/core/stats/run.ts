import type { CaptureReader } from '../capture/capture-reader.ts';
import type { Section } from '../record/table.ts';
import { keepHeapLowFromNow } from '../tight-heap.ts';
import { REGISTRY } from '../wire/all-protocols.ts';
import { Dissector } from '../wire/dissector.ts';
import type { Packet } from '../wire/packet.ts';
import { OPENERS } from './all.ts';
import { HeldBytes } from './awaited-rows.ts';
import type { StatisticName } from './names.ts';
import type { Loss, OpenStatistic, StatisticOptions } from './statistic.ts';

/** Several statistics over one run of packets that `dissector` dissects, in the order of their names. */
export class StatisticsOfRun {
  readonly dissector: Dissector;
  /** They take each packet that was dissected, in this order; one that throws must not keep it from the next. */
  readonly listeners: readonly ((packet: Packet) => void)[];
  /** They take what `PacketFeed.listenToHeld` says. */
  readonly heldListeners: readonly ((packet: Packet) => void)[];
  private readonly open: readonly OpenStatistic[];

  constructor(names: readonly StatisticName[], given: StatisticOptions, dissector = new Dissector(REGISTRY)) {
    this.dissector = dissector;
    const options = { held: new HeldBytes(), ...given };
    this.open = names.map((name) => OPENERS[name](options));
    // the summary last: it counts packets that another one failed at, too
    const summary = this.open[names.indexOf('summary')];
    const inOrder = summary === undefined ? this.open : [...this.open.filter((one) => one !== summary), summary];
    this.heldListeners = this.open.flatMap(({ ingestHeld }) => (ingestHeld === undefined ? [] : [ingestHeld]));
    this.listeners = inOrder.flatMap(({ ingest }) => (ingest === undefined ? [] : [ingest]));
  }

  /** The records of all packets so far. `file` is null live. */
  sections(reader: CaptureReader, file: string | null): readonly Section[] {
    return this.each((statistic) => statistic.sections({ dissector: this.dissector, reader, file }));
  }

  /** Records of the first statistic that are given before the end, where there are too many to hold. */
  first(): readonly Section[] {
    const part = this.open[0]?.first?.() ?? null;
    if (part === null) return [];
    keepHeapLowFromNow();
    return [part];
  }

  /** What there was no room for so far. */
  losses(): readonly Loss[] {
    return this.open.flatMap((statistic) => statistic.losses?.() ?? []);
  }

  /**
   * At a tick: records of messages that were not given before and wait for no answer at `now`, in seconds since 1970, and all
   * others counted from the start. `file` is null live.
   */
  fresh(reader: CaptureReader, file: string | null, now: number): readonly Section[] {
    const run = { dissector: this.dissector, reader, file };
    return this.each((statistic) => statistic.fresh?.(now) ?? statistic.sections(run));
  }

  /** When a live run is over: the messages that still waited for an answer. */
  rest(): readonly Section[] {
    return this.each((statistic) => statistic.fresh?.(Number.POSITIVE_INFINITY) ?? []);
  }

  /** What one statistic fails at is missing, and what the others say is not. */
  private each(sectionsOf: (statistic: OpenStatistic) => readonly Section[]): readonly Section[] {
    const { faults } = this.dissector;
    return this.open.flatMap((statistic) => {
      try {
        return sectionsOf(statistic).map((one) => {
          const { rows, writeLine } = one;
          if (Array.isArray(rows)) return one;
          const made = { ...one, rows: faults.rows(() => rows) };
          return writeLine === undefined ? made : { ...made, writeLine: faults.writer(writeLine) };
        });
      } catch (error) {
        faults.note(null, error);
        return [];
      }
    });
  }
}
