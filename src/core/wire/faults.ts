import type { ByteText } from '../net/byte-text.ts';
import type { Packet } from './packet.ts';

/**
 * What threw where nothing may throw: a dissector, a statistic, a row. Each is a bug of netwatch; it costs the meaning
 * of that packet, not the run. What is recorded here is reported at the end of the run.
 */
export class Faults {
  /**
   * The number of packets at which something threw, each counted once, and of records about no packet that could not be
   * made.
   */
  count = 0;
  /** Among those, the records. */
  records = 0;
  /** The first of them; 0 and null if there was none, or none about a packet. */
  firstPacket = 0;
  firstError: Error | null = null;
  /** A filter over packets that picks the first one, and those before it in its flow, which may have led to it. */
  firstFilter = '';
  private lastPacket = 0;

  /** The packet is malformed from now on. With null it was about no packet: records are missing. */
  note(packet: Packet | null, error: unknown): void {
    if (packet === null) {
      this.count++;
      this.records++;
      this.firstError ??= asError(error);
      return;
    }
    packet.malformed = true;
    if (this.lastPacket !== 0 && packet.number === this.lastPacket) return;
    this.lastPacket = packet.number;
    this.count++;
    if (this.firstPacket !== 0) return;
    this.firstPacket = packet.number;
    this.firstError = asError(error);
    this.firstFilter = filterOf(packet);
  }

  /** Passes the packet to `ingest`. */
  take(packet: Packet, ingest: (packet: Packet) => void): void {
    try {
      ingest(packet);
    } catch (error) {
      this.note(packet, error);
    }
  }

  /** Runs something that is not about a single packet. */
  attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.note(null, error);
    }
  }

  /** Writes as `write` does; nothing where it throws. */
  writer<Row>(write: (out: ByteText, row: Row) => void): (out: ByteText, row: Row) => void {
    return (out, row) => {
      const { length } = out;
      try {
        write(out, row);
      } catch (error) {
        out.length = length;
        this.note(null, error);
      }
    };
  }

  /** The records that `make` makes; those so far when it throws. */
  *rows<Row>(make: () => Iterable<Row>): Iterable<Row> {
    try {
      yield* make();
    } catch (error) {
      this.note(null, error);
    }
  }
}

const STREAMS: Readonly<Record<number, string>> = { 6: 'tcp.stream', 17: 'udp.stream' };

function filterOf({ flow, number }: Packet): string {
  const stream = flow === null ? undefined : STREAMS[flow.transport];
  return stream === undefined ? `number == ${number}` : `number <= ${number} and ${stream} == ${flow!.stream}`;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
