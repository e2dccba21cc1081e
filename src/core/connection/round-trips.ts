import { ByFlow } from '../wire/by-flow.ts';
import type { Flow } from '../wire/flow.ts';
import type { Packet } from '../wire/packet.ts';
import { ACK, FIN, RST, SYN } from '../wire/tcp-flags.ts';
import type { Side } from './flow-side.ts';

/**
 * Round trips of what one side sent, in milliseconds, as that side would have measured them at the place of capture.
 */
export interface RoundTrip {
  readonly smoothedMs: number;
  /** Mean deviation: the jitter. */
  readonly deviationMs: number;
  readonly minMs: number;
}

// RFC 6298, 2.3
const ALPHA = 1 / 8;
const BETA = 1 / 4;

class SideClock implements RoundTrip {
  smoothedMs = -1;
  deviationMs = 0;
  minMs = 0;
  hasSent = false;
  /** The sequence number after everything that was sent. */
  highest = 0;
  isTiming = false;
  /** The end of the timed segment, and when it was sent. */
  end = 0;
  seconds = 0;
  nanoseconds = 0;
}

/** Stands for every side that sent nothing; shared, and never changed. */
const SILENT = new SideClock();

/**
 * Round-trip times of TCP connections from their packets, after RFC 6298. One segment of each side is timed at a time,
 * from its first copy to the acknowledgement that covers it; a retransmitted segment is not timed (Karn's algorithm).
 */
export class RoundTrips {
  private readonly clocks = new ByFlow<Record<Side, SideClock>>(
    (flow, { a, b }) => flow.isForgotten || (flow.isOver && a.smoothedMs < 0 && b.smoothedMs < 0),
  );

  ingest(packet: Packet): void {
    const { flow, tcpFlags } = packet;
    if (flow === null || flow.tcp === null || (tcpFlags & RST) !== 0) return;
    let clocks = this.clocks.get(flow);
    if (clocks === undefined) {
      clocks = { a: SILENT, b: SILENT };
      this.clocks.set(flow, clocks);
    }
    const receiver = packet.direction === 0 ? clocks.b : clocks.a;
    if ((tcpFlags & ACK) !== 0 && receiver.isTiming && ((packet.tcpAck - receiver.end) | 0) >= 0)
      stop(receiver, packet);
    const length = packet.payloadLength + ((tcpFlags & SYN) !== 0 ? 1 : 0) + ((tcpFlags & FIN) !== 0 ? 1 : 0);
    if (length === 0) return;
    const side = packet.direction === 0 ? 'a' : 'b';
    if (clocks[side] === SILENT) clocks[side] = new SideClock();
    start(clocks[side], packet, length);
  }

  /** Null when nothing that this side sent was acknowledged. */
  of(flow: Flow, side: Side): RoundTrip | null {
    const clock = this.clocks.get(flow)?.[side];
    return clock === undefined || clock.smoothedMs < 0 ? null : clock;
  }

  forget(flow: Flow): void {
    this.clocks.delete(flow);
  }
}

function start(clock: SideClock, { tcpSeq, seconds, nanoseconds }: Packet, length: number): void {
  const isNew = !clock.hasSent || ((tcpSeq - clock.highest) | 0) >= 0;
  if (!isNew) {
    if (((tcpSeq - clock.end) | 0) < 0) clock.isTiming = false; // sent again: its answer would be of either copy
    return;
  }
  clock.hasSent = true;
  clock.highest = (tcpSeq + length) | 0;
  if (clock.isTiming) return;
  clock.isTiming = true;
  clock.end = clock.highest;
  clock.seconds = seconds;
  clock.nanoseconds = nanoseconds;
}

function stop(clock: SideClock, { seconds, nanoseconds }: Packet): void {
  clock.isTiming = false;
  const millis = (seconds - clock.seconds) * 1e3 + (nanoseconds - clock.nanoseconds) / 1e6;
  if (millis < 0) return; // the clock was set back
  if (clock.smoothedMs < 0) {
    clock.smoothedMs = millis;
    clock.deviationMs = millis / 2;
    clock.minMs = millis;
    return;
  }
  clock.deviationMs += BETA * (Math.abs(clock.smoothedMs - millis) - clock.deviationMs);
  clock.smoothedMs += ALPHA * (millis - clock.smoothedMs);
  if (millis < clock.minMs) clock.minMs = millis;
}
