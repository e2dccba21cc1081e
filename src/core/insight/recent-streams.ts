/** What rules judge of a machine that is watched: connections of the last ten minutes. */
export const WINDOW_S = 600;
/** More of them are not remembered. */
const MOST_STREAMS = 100_000;

interface StreamRow {
  readonly stream: number;
}

/**
 * The records of streams of a live run, each as it was last told. A flow that is over is soon forgotten by those who capture
 * it; rules still want to know of it for a while.
 */
export class RecentStreams<Row extends StreamRow> {
  /** The one told last is last. */
  private readonly rows = new Map<number, { readonly row: Row; seenAt: number; readonly told: string }>();

  /** The clock was set by so many seconds: the records are no older for that. */
  clockJumped(by: number): void {
    for (const seen of this.rows.values()) seen.seenAt += by;
  }

  /** Takes the records of this moment, in seconds since 1970; returns those of the last ten minutes. */
  take(rows: readonly Row[], now: number): readonly Row[] {
    for (const row of rows) {
      const told = JSON.stringify(row);
      const before = this.rows.get(row.stream);
      if (before?.told === told) continue;
      this.rows.delete(row.stream);
      this.rows.set(row.stream, { row, seenAt: now, told });
    }
    for (const [stream, { seenAt }] of this.rows) {
      if (this.rows.size <= MOST_STREAMS && now - seenAt <= WINDOW_S) break;
      this.rows.delete(stream);
    }
    return [...this.rows.values()].map(({ row }) => row);
  }
}
