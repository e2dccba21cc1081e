import type { SegmentRow } from '../core/record/tables/segment.ts';

interface Held {
  rows: SegmentRow[];
  bytes: number;
  cut: boolean;
}

/** Segments of streams that wait for the record of their stream. Of each stream the oldest are dropped past the limits. */
export class HeldStreams {
  private readonly streams = new Map<string, Held>();
  private readonly mostSegments: number;
  private readonly mostBytes: number;

  constructor(mostSegments: number, mostBytes: number) {
    this.mostSegments = mostSegments;
    this.mostBytes = mostBytes;
  }

  add(key: string, row: SegmentRow): void {
    let held = this.streams.get(key);
    if (held === undefined) {
      held = { rows: [], bytes: 0, cut: false };
      this.streams.set(key, held);
    }
    held.rows.push(row);
    held.bytes += row.length;
    if (held.rows.length <= this.mostSegments && held.bytes <= this.mostBytes) return;
    // dropped by the tenth, so that a long stream does not move its rows for each that comes
    let dropped = 0;
    for (const { length } of held.rows) {
      const leaves = held.rows.length - dropped > this.mostSegments * 0.9 || held.bytes > this.mostBytes * 0.9;
      if (!leaves || dropped === held.rows.length - 1) break;
      held.bytes -= length;
      dropped++;
    }
    held.rows.splice(0, dropped);
    held.cut = true;
  }

  /** Whether segments of the stream were dropped. */
  isCut(key: string): boolean {
    return this.streams.get(key)?.cut === true;
  }

  of(key: string): readonly SegmentRow[] {
    return this.streams.get(key)?.rows ?? [];
  }
}
