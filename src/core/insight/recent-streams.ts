/** What rules judge of a machine that is watched: connections of the last ten minutes. */
export const WINDOW_S = 600;
/** More of them are not remembered: at 500 new flows a second that is the last 100 seconds, in 20 MB. */
const MOST_STREAMS = 50_000;

/** Its fields are no lists or objects. */
interface StreamRow {
  readonly stream: number;
}

/** The record of a stream that was told last, and when it first said this, in seconds since 1970. */
interface Seen<Row> {
  readonly row: Row;
  seenAt: number;
}

/**
 * The records of streams of a live run, each as it was last told. A flow that is over is soon forgotten by those who capture
 * it; rules still want to know of it for a while.
 */
export class RecentStreams<Row extends StreamRow> {
  /** The one told last is last. */
  private readonly rows = new Map<number, Seen<Row>>();

  /** The clock was set by so many seconds: the records are no older for that. */
  clockJumped(by: number): void {
    for (const seen of this.rows.values()) seen.seenAt += by;
  }

  /** Takes the records of this moment, in seconds since 1970; returns those of the last ten minutes. */
  take(rows: readonly Row[], now: number): readonly Row[] {
    for (const row of rows) {
      const before = this.rows.get(row.stream);
      if (before !== undefined) {
        if (saysTheSame(before.row, row)) continue;
        this.rows.delete(row.stream);
      }
      this.rows.set(row.stream, { row, seenAt: now });
    }
    for (const [stream, { seenAt }] of this.rows) {
      if (this.rows.size <= MOST_STREAMS && now - seenAt <= WINDOW_S) break;
      this.rows.delete(stream);
    }
    return [...this.rows.values()].map(({ row }) => row);
  }
}

/** Field by field: a text of each record to compare took 45 MB for 100,000 of them, and as long as all else of a look. */
function saysTheSame<Row extends StreamRow>(before: Row, row: Row): boolean {
  for (const field in row) if (!Object.is(before[field], row[field])) return false;
  return true;
}
