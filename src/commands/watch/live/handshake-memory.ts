import type { Section } from '../../../core/record/table.ts';
import { type HandshakeRow, handshakeHistogram } from '../../../core/record/tables/handshake.ts';
import { type EndedHandshake, endedOf, handshakeHistogramOf } from '../../../core/stats/handshakes.ts';

/** Handshakes that are remembered: the last ones. */
const MOST = 10_000;

/** Remembers the handshakes of connections that are over: the capture forgets them, and a histogram is of all of them. */
export class HandshakeMemory {
  private readonly handshakes = new Map<string, EndedHandshake>();

  /** Takes the handshakes of the connections that are there, and gives the histogram of these and those before them. */
  histogram(rows: Iterable<HandshakeRow>): Section {
    for (const row of rows) {
      const { time, stream } = row;
      // what is counted of one that goes on may change
      this.handshakes.set(`${time} ${stream}`, endedOf(row));
    }
    for (const [oldest] of this.handshakes) {
      if (this.handshakes.size <= MOST) break;
      this.handshakes.delete(oldest);
    }
    return { table: handshakeHistogram, rows: handshakeHistogramOf(this.handshakes.values()) };
  }
}
